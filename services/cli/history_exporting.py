"""The work of `cairn export history`: who may have it is settled first, then the notary signs, then it is written."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from events.identity import LOG, PLAN, GoalId, is_token
from services.cli.access_recording import CommandReadings
from services.cli.connection import connected
from services.cli.disclosing import Destination
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log import Log
    from events.log.client.resilient import ResilientClient
    from events.raw_message import RawMessage
    from events.transparency.notes import Note
    from services.gateway.pages.language import Language
    from services.notary.asking import AskedNotary
    from services.notary.export_folder import ExportFolder
    from services.notary.requests import KeysAnswer

_MOST_TOKENS = 3
GUIDE = "HOW_TO_CHECK.html"
NOTICE = "NOTICE.txt"


class Scope(NamedTuple):
    """Whose events are exported."""

    org: str
    patient: str | None
    goal: str | None

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """The scope of `ORG`, `ORG.PATIENT` or `ORG.PATIENT.GOAL`.

        Raises:
            click.UsageError: it is none.
        """
        tokens = text.split(".")
        if len(tokens) > _MOST_TOKENS or not all(map(is_token, tokens)):
            raise click.UsageError("Name ORG, ORG.PATIENT or ORG.PATIENT.GOAL: letters, digits, - and _.")
        org, patient, goal = (*tokens, None, None)[:_MOST_TOKENS]
        return cls(str(org), patient, goal)

    def __str__(self) -> str:
        """As the export and its statement name it."""
        return ".".join(each for each in self if each)

    @property
    def subject(self) -> str:
        """Where its events are in the log."""
        return ".".join((LOG, *(each or "*" for each in self)))


class ExportedHistory(NamedTuple):
    """What was exported.

    Attributes:
        size: How large the log's tree is that everything is proven in.
        withheld: How many events are proven without being shown.
        not_proven: How many were left out, as no checkpoint has them yet.
        not_counted: The witnesses that sign statements and did not sign this one, with the reason.
        without_pdf: Why there is no PDF; None where there is one.
    """

    scope: str
    origin: str
    size: int
    events: int
    withheld: int
    not_proven: int
    not_counted: tuple[tuple[str, str], ...]
    without_pdf: str | None


async def export_history(
    nats_url: str | None,
    scope: Scope,
    target: Path,
    where: Destination,
    language: "Language",
    *,
    unredacted: bool,
    proven_only: bool,
) -> ExportedHistory:
    """Write the folder.

    Args:
        unredacted: Show those outside also what tells of consents to others, and of disclosures to them.
        proven_only: Leave out what the notary cannot sign now.

    Raises:
        click.ClickException, CairnError, OSError: nothing was written.
    """
    from events.log import Log
    from events.plan.consents import ABOUT_CONSENTS
    from services.cli.configuration import load_settings
    from services.notary.asking import AskedNotary
    from services.notary.export_folder import new_export

    stream = load_settings().placement.stream_of(scope.org)
    async with connected(nats_url) as nc:
        notary, log = AskedNotary(nc, stream), Log(nc, stream)
        try:
            keys = await notary.keys()  # which is refused before a disclosure is recorded
            with new_export(target) as folder:
                patients, last = await _found(log, scope)
                notices, zone = await _settle(nc, log, scope.org, patients, where)
                note, last, not_proven = await _signed(notary, log, scope, last, proven_only=proven_only)
                hidden = ABOUT_CONSENTS if where.request is not None and not unredacted else frozenset()
                if notices:
                    folder.write(NOTICE, "\n".join(notices).encode())
                work = _Writing(folder, scope, language, zone, notary, keys)
                return await work.write(log, note, _is_one_of(hidden), last, not_proven)
        finally:
            await log.close()


class _Writing:
    """Writes the files, once all is settled."""

    def __init__(
        self,
        folder: "ExportFolder",
        scope: Scope,
        language: "Language",
        zone: str,
        notary: "AskedNotary",
        keys: "KeysAnswer",
    ):
        self._folder = folder
        self._scope = scope
        self._language = language
        self._zone = zone
        self._notary = notary
        self._keys = keys

    async def write(
        self, log: "Log", note: "Note", is_withheld: "Callable[[RawMessage], bool]", last: int, not_proven: int
    ) -> ExportedHistory:
        from events.transparency.policies import parse_policy
        from services.notary.counting_witnesses import counted_by_witnesses
        from services.notary.history_export import HistoryExport, check_export

        folder, keys = self._folder, self._keys
        export = HistoryExport(folder, str(self._scope), note, keys, is_withheld)
        size = export.checkpoint.size
        with SlowProgress("Exporting") as progress:
            pages = log.read_raw(self._scope.subject, until=size, last=last)
            await export.write_events(_counted(pages, progress))
        folder.write(GUIDE, (Path(__file__).parent.parent / "notary" / GUIDE).read_bytes())
        without_pdf = self._write_timeline(export.count, size)
        await export.write_proofs(self._notary)
        counted = await counted_by_witnesses(await export.stated_by(self._notary), parse_policy(keys.policy))
        export.write_statement(counted.note)
        check_export(folder.path)
        return ExportedHistory(
            str(self._scope),
            keys.origin,
            size,
            export.count,
            export.withheld,
            not_proven,
            counted.refusals,
            without_pdf,
        )

    def _write_timeline(self, count: int, size: int) -> str | None:
        """Write the timeline to read; the reason why there is none as a PDF."""
        from services.gateway.pages.history.timeline import MAX_PRINTED_EVENTS, timeline
        from services.gateway.pages.pdf import PdfUnavailable, pdf_of
        from services.notary.history_export import EVENTS_FILE

        with (self._folder.path / EVENTS_FILE).open("rb") as lines, self._folder.opened("timeline.html") as file:
            for piece in timeline(self._language, lines, str(self._scope), self._keys.origin, size, count, self._zone):
                file.write(piece.encode())
        if count > MAX_PRINTED_EVENTS:
            return f"A PDF has at most {MAX_PRINTED_EVENTS:,} events; any browser prints timeline.html."
        try:
            made = pdf_of((self._folder.path / "timeline.html").read_text(encoding="utf-8"), "a4")
        except PdfUnavailable as unavailable:
            return str(unavailable)
        self._folder.write("timeline.pdf", made)
        return None


async def _counted(
    pages: "AsyncIterator[list[RawMessage]]", progress: SlowProgress
) -> "AsyncIterator[Sequence[RawMessage]]":
    async for page in pages:
        progress.advance(len(page))
        yield page


def _is_one_of(types: frozenset[str]) -> "Callable[[RawMessage], bool]":
    """Whether a message is an event of one of these types."""
    from events.log.client.headers import headers_of

    def found(message: "RawMessage") -> bool:
        return bool(types) and headers_of(message.headers).get("ce-type") in types

    return found


async def _found(log: "Log", scope: Scope) -> tuple[Sequence[str], int]:
    """The patients of whom the scope has events, and the position of the last event.

    Raises:
        click.ClickException: it has no events.
    """
    patients: dict[str, None] = {}
    last = 0
    async for page in log.read_raw(scope.subject):
        for message in page:
            patients[message.subject.split(".")[3]] = None
        last = page[-1].position
    if not patients:
        raise click.ClickException(f"The log has no events of {scope}. Check the name.")
    return list(patients), last


async def _settle(
    nc: "ResilientClient", log: "Log", org: str, patients: Sequence[str], where: Destination
) -> tuple[Sequence[str], str]:
    """Record who is told what of whom, and what for; then what is asked for may be handed out.

    Returns:
        What accompanies each disclosure, for people; and the time zone to tell days in.

    Raises:
        click.ClickException: it may not go there, or cannot be recorded. Of several patients, all must be allowed.
    """
    from events.errors import Rejected
    from events.time_zones import UTC_ZONE
    from events.vocabulary import Actor
    from services.disclosure.recording import record_disclosure
    from services.fhir.outgoing.disclosure import Disclosure
    from services.fhir.outgoing.patient import PatientHistory, history_of

    now = datetime.now(UTC)
    disclosing = []
    zone = UTC_ZONE
    for patient in patients:
        plan_id = GoalId(org, patient, PLAN)
        plan = history_of((await log.read_patient_in_part(plan_id)).events).plan
        if plan is not None and len(patients) == 1:
            zone = plan.time_zone
        if where.request is None:
            continue
        try:
            disclosed = where.request.of(plan, plan.day(now) if plan else now.date())
        except Rejected as rejection:
            raise click.ClickException(f"{rejection.code}: {patient}: {rejection.detail}") from None
        disclosing.append((plan_id, PatientHistory(plan, (), ()), disclosed))
    notices = []
    for plan_id, history, disclosed in disclosing:
        try:
            version = await record_disclosure(nc, plan_id, Actor(id=where.by, role=where.role), now, disclosed)
        except Rejected as rejection:
            raise click.ClickException(f"{rejection.code}: {plan_id.patient}: {rejection.detail}") from None
        notices.append(Disclosure(plan_id, version, now, disclosed).text(history))
    await CommandReadings(nc, where.purpose).record(
        {org: patients}, reading="history", operation="export_history", interaction="operation"
    )
    return notices, zone


async def _signed(
    notary: "AskedNotary", log: "Log", scope: Scope, last: int, *, proven_only: bool
) -> tuple["Note", int, int]:
    """A checkpoint of what there is now.

    Args:
        last: The position of an event of the scope.

    Returns:
        The checkpoint, the position of the last event that it has, and how many it has not.

    Raises:
        click.ClickException: it has not all, and that is not what was asked for; or nothing is signed any more.
    """
    from events.transparency.checkpoints import checkpoint_of
    from services.notary.asking import NotaryRefused

    positions = [last]
    async for page in log.read_raw(scope.subject, last):  # the disclosure itself is among them
        positions += [message.position for message in page]
    why = ""
    try:
        note = await notary.sign()
    except NotaryRefused as refused:
        if refused.code != "proof.not_yet":
            raise click.ClickException(f"{refused.code}: {refused} So nothing can be handed out as proven.") from None
        why = str(refused)
        note = await notary.checkpoint()
    size = checkpoint_of(note).size
    behind: list[int] = []
    if positions[-1] > size:
        async for page in log.read_raw(scope.subject, size):
            behind += [message.position for message in page]
    if behind and not proven_only:
        raise click.ClickException(
            f"proof.not_yet: No published checkpoint has the last {len(behind)} of the events of {scope} yet, from"
            f" position {behind[0]} on. {why} So nothing is handed out. Try again, or leave these events out:"
            " --proven-only."
        )
    return note, last if last <= size else 0, len(behind)
