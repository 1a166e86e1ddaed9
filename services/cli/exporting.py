"""The work of `cairn export fhir`: each patient is read from the log, and goes where the export goes, if it may."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Literal

import click

from events.identity import PLAN, GoalId
from services.cli.access_recording import CommandReadings
from services.cli.connection import connected
from services.cli.disclosing import Destination
from services.cli.printing import Json
from services.cli.progress import SlowProgress

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient
    from services.fhir.outgoing.patient import PatientHistory

Release = Literal["R4", "R5"]
_OPENED = "cairn.plan.opened.v1"
"""Every patient has a plan, so the events of this type name them all."""


@dataclass(slots=True)
class Exported:
    """What an export did.

    Attributes:
        patients: How many patients were written.
        notices: What accompanies each disclosure, for people.
        left_out: The patients whose data may not go: `patient`, `code` and `detail`.
    """

    patients: int = 0
    notices: list[str] = field(default_factory=list)
    left_out: list[Json] = field(default_factory=list)


async def export_patients(
    nats_url: str | None,
    org: str,
    patient: str | None,
    release: Release,
    where: Destination,
    write: Callable[[Json], None],
) -> Exported:
    """Write everything that may go where it is to go."""
    from events.errors import Rejected
    from events.log import Log
    from services.cli.configuration import load_settings
    from services.fhir.outgoing.patient import history_of

    stream = load_settings().placement.stream_of(org)
    exported = Exported()
    async with connected(nats_url) as nc:
        patients = [patient] if patient else [each async for each in _patients(nc, org)]
        log = Log(nc, stream)
        readings = CommandReadings(nc, where.purpose)
        try:
            with SlowProgress("Exporting", len(patients)) as progress:
                for each in patients:
                    plan_id = GoalId(org, each, PLAN)
                    history = history_of(await log.read_patient(plan_id))
                    if patient and not history.events:
                        raise click.ClickException(
                            f"The log has no events of patient {patient} in {org}. Check --org and --patient."
                        )
                    try:
                        resources, notice = await _going_out(nc, plan_id, history, release, where)
                    except Rejected as rejection:
                        if patient or rejection.code != "access.consent_missing":
                            raise click.ClickException(f"{rejection.code}: {rejection.detail}") from None
                        refused = {"patient": each, "code": rejection.code, "detail": rejection.detail}
                        exported.left_out.append(refused)
                    else:
                        await readings.record(
                            {org: (each,)},
                            reading="history" if where.with_history else "goals",
                            operation="export_fhir",
                            interaction="operation",
                        )
                        for resource in resources:
                            write(resource)
                        exported.patients += 1
                        exported.notices += [notice] if notice else []
                    progress.advance()
        finally:
            await log.close()
    return exported


async def _going_out(
    nc: "ResilientClient", plan_id: GoalId, history: "PatientHistory", release: Release, where: Destination
) -> tuple[Iterable[Json], str | None]:
    """The resources of one patient, and what accompanies them; a disclosure is on record by then.

    Raises:
        Rejected: the disclosure was not recorded.
    """
    from events.vocabulary import Actor
    from services.disclosure.recording import record_disclosure
    from services.fhir.outgoing.consent import write_consents
    from services.fhir.outgoing.disclosure import HISTORY, Disclosure

    now = datetime.now(UTC)
    day = history.plan.day(now) if history.plan else now.date()
    if where.request is None:
        everything = chain(history.resources(release), write_consents(history.plan, day, release))
        return (each for each in everything if where.with_history or each["resourceType"] != HISTORY), None
    disclosed = where.request.of(history.plan, day)
    by = Actor(id=where.by, role=where.role)
    version = await record_disclosure(nc, plan_id, by, now, disclosed)
    disclosure = Disclosure(plan_id, version, now, disclosed)
    return disclosure.resources(history, release), disclosure.text(history)


async def _patients(nc: "ResilientClient", org: str) -> AsyncIterator[str]:
    """The patients of an organisation, each once: a plan may be opened again."""
    from services.cli.reading import read

    seen: set[str] = set()
    cursor = None
    while True:
        page = await read(nc, f"/v1/orgs/{org}/audit", type=_OPENED, limit=200, cursor=cursor)
        for item in page["items"]:
            if item["patient"] not in seen:
                seen.add(item["patient"])
                yield item["patient"]
        cursor = page["next"]
        if not cursor:
            return
