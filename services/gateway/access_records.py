"""Recording what is read here: an answer about patients goes out only once the reading is recorded.

Of whom an answer tells something is known from its path, or the endpoint says so (`Asking.saw`). An answer of a kind
that tells of patients, and of which neither is known, is a defect, and does not go out.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from starlette.types import Scope

from events.access_record import PURPOSES, AccessRecord, Channel
from events.errors import FieldError
from events.identity import goal_id_of, is_token
from events.log import Batch
from projections.engine.paging import Json
from services.access.policy import Reading
from services.access.records.reading import ReadingRequest
from services.access.records.recorder import AccessRecorder, ReadingNotRecorded
from services.gateway.access.judging import ReadingRefused
from services.gateway.access.operations import Operation
from services.gateway.problems import RequestRefused
from services.gateway.refusals import FHIR_ROOT

PURPOSE_HEADER = "Cairn-Purpose"
"""The header in which a request says why it reads."""
OF_PATIENTS: frozenset[Reading] = frozenset({"goals", "schedule", "history", "proof", "accesses", "disclosures"})
"""The kinds of reading that tell something about patients."""
FEED = "/v1/feed"
"""It has no end, and records each patient before it tells of them (:class:`FeedRecords`)."""
_MAY_FIND_NOBODY = frozenset({"search-type", "history-type"})
"""FHIR interactions that name no organisation, so that an empty answer says of nobody that it is empty."""
_FEED_INTERACTION = "history-system"
"""What a feed is in the words of FHIR: everything that happens, as it happens."""
_FEED_RECORD_SECONDS = 10.0
"""For how long a feed tries to record whom it is going to tell of, in silence, before it ends."""
_FEED_PAUSE_SECONDS = 0.5
_ANSWERED_SOON = ("/v1/orgs/", FHIR_ROOT)
"""Where the addresses begin whose answers have to be recorded within moments."""


async def record_reading(recorder: AccessRecorder, scope: Scope, status: int) -> None:
    """Record what an answer of this status is about to tell; it may go out once this returns.

    Raises:
        ReadingNotRecorded: it could not be recorded, so nothing must be told.
    """
    if _tells(status) and (records := _records(scope)):
        await recorder.record(records)


def is_answered_soon(scope: Scope) -> bool:
    """Whether a request is at an address whose answers have to be recorded within moments."""
    path: str = scope["path"]
    return path.startswith(_ANSWERED_SOON)


class FeedRecords:
    """Records each patient before a feed tells of them for the first time on its connection."""

    def __init__(self, recorder: AccessRecorder, scope: Scope):
        self._recorder = recorder
        self._request = _reading_request(scope)
        self._operation: str = scope["state"]["operation"].name
        self._known: set[tuple[str, str]] = set()

    async def before(self, batch: Batch) -> None:
        """Record those whom the feed has not told of yet. A server that restarts is waited for.

        Raises:
            ReadingNotRecorded: it could not be recorded for a while, so the batch must not be told.
        """
        found = {goal_id_of(message.subject)[:2] for message in batch.messages} - self._known
        if not found:
            return
        seen: dict[str, list[str]] = {}
        for org, patient in sorted(found):
            seen.setdefault(org, []).append(patient)
        clock = asyncio.get_running_loop().time
        give_up = clock() + _FEED_RECORD_SECONDS
        while found - self._known:
            try:
                await self._recorder.record(
                    self._request.records(
                        seen, reading="history", operation=self._operation, interaction=_FEED_INTERACTION
                    )
                )
                self._known |= found
            except ReadingNotRecorded:
                if clock() > give_up:
                    raise
                await asyncio.sleep(_FEED_PAUSE_SECONDS)


def patients_in(*lists: Iterable[Json], named: str | None = None) -> set[str]:
    """The patients of the items of lists, and the one whom a request names: of that one even an empty list tells."""
    found = {item["patient"] for items in lists for item in items}
    return found if named is None else found | {named}


async def record_refused_reading(recorder: AccessRecorder, scope: Scope, refused: ReadingRefused) -> None:
    """Record that somebody was refused to read something about a patient, where the request names one.

    Nothing was told, so this raises nothing.
    """
    if refused.org is None or refused.patient is None or not (is_token(refused.org) and is_token(refused.patient)):
        return
    operation: Operation = scope["state"]["operation"]
    try:
        records = _reading_request(scope).records(
            {refused.org: (refused.patient,)},
            reading=operation.reading or "goals",
            operation=operation.name,
            interaction=operation.interaction,
            outcome="refused",
            code="access.denied",
        )
        await recorder.record(records)
    except (ReadingNotRecorded, RequestRefused):
        return  # the recorder has counted it, and the log says so; or the purpose that is named is none


def not_recorded(error: ReadingNotRecorded) -> RequestRefused:
    """The answer in the place of one that could not be recorded."""
    return RequestRefused("access.not_recorded", f"{error} So nothing is told. Try again.")


def _tells(status: int) -> bool:
    """Whether an answer tells something: also that nothing has changed since the last one (304) does."""
    return status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED


def _records(scope: Scope) -> Sequence[AccessRecord]:
    operation: Operation = scope["state"]["operation"]
    reading = operation.reading
    if reading not in OF_PATIENTS or operation.path == FEED:
        return ()
    seen: Mapping[str, Iterable[str]] = scope["state"]["asking"].seen
    named = scope["path_params"]
    interaction = operation.interaction
    if "patient" in named:
        seen = {**seen, named["org"]: {*seen.get(named["org"], ()), named["patient"]}}
    elif not seen and (operation.fhir is None or interaction not in _MAY_FIND_NOBODY):
        raise RuntimeError(f"{operation.path} does not say of whom it tells something")
    return _reading_request(scope).records(
        seen, reading=reading, operation=operation.name, interaction=interaction, of_nobody=True
    )


def _reading_request(scope: Scope) -> ReadingRequest:
    channel: Channel = scope["state"].get("channel", "http")
    client = scope.get("client")
    return ReadingRequest(scope["state"]["asking"].principal, channel, client[0] if client else None, purpose_of(scope))


def purpose_of(scope: Scope) -> str | None:
    """The purpose that the request names.

    Raises:
        RequestRefused: it names none that there is.
    """
    name = PURPOSE_HEADER.lower().encode()
    given: list[str] = [value.decode("latin-1").strip() for key, value in scope["headers"] if key == name]
    if not given:
        return None
    if len(given) > 1 or given[0] not in PURPOSES:
        detail = f"{PURPOSE_HEADER} is one of {', '.join(PURPOSES)}."
        raise RequestRefused("request.invalid", detail, [FieldError(PURPOSE_HEADER, detail)])
    return given[0]
