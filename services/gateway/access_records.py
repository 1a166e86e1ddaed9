"""Recording what is read here: an answer about patients goes out only once the reading is recorded.

Of whom an answer tells something is known from its path, or the endpoint says so (`Asking.saw`). An answer of a kind
that tells of patients, and of which neither is known, is a defect, and does not go out.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.access_record import PURPOSES, AccessRecord, Channel
from events.errors import FieldError
from events.identity import goal_id_of
from events.log import Batch
from projections.engine.paging import Json
from services.access.policy import Reading
from services.access.principal import everyone_of
from services.access.records.reading import ReadingRequest
from services.access.records.recorder import AccessRecorder, ReadingNotRecorded
from services.gateway.access.operations import OPERATIONS
from services.gateway.asking import Asking
from services.gateway.problems import RequestRefused
from services.gateway.refusals import FHIR_ROOT, refusal_answer

PURPOSE_HEADER = "Cairn-Purpose"
"""The header in which a request says why it reads."""
_OF_PATIENTS: frozenset[Reading] = frozenset({"goals", "schedule", "history", "accesses", "disclosures"})
"""The kinds of reading that tell something about patients."""
_READINGS: Mapping[tuple[str, str], Reading | None] = {(each.method, each.path): each.reading for each in OPERATIONS}
_FEED = "/v1/feed"
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


class AccessRecords:
    """ASGI middleware that holds an answer back until the reading is recorded, and refuses it if that fails."""

    def __init__(self, app: ASGIApp, recorder: AccessRecorder):
        self._app = app
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _asking(scope)
        try:
            _purpose(scope)
        except RequestRefused as unusable:
            await refusal_answer(scope["path"], unusable)(scope, receive, send)
            return
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _tells(message["status"]):
                try:
                    if records := _records(scope):
                        await self._recorder.record(records)
                except ReadingNotRecorded as error:
                    refused = True
                    await refusal_answer(scope["path"], not_recorded(error))(scope, receive, send)
            if not refused:
                await send(message)

        if scope["path"].startswith(_ANSWERED_SOON):
            with self._recorder.expecting():
                await self._app(scope, receive, answer)
        else:
            await self._app(scope, receive, answer)


class FeedRecords:
    """Records each patient before a feed tells of them for the first time on its connection."""

    def __init__(self, recorder: AccessRecorder, scope: Scope):
        self._recorder = recorder
        self._request = _reading_request(scope)
        self._operation: str = scope["route"].name
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


async def record_refusal(
    recorder: AccessRecorder,
    scope: Scope,
    *,
    reading: Reading,
    operation: str,
    interaction: str,
    seen: Mapping[str, Iterable[str]],
    code: str = "access.denied",
) -> None:
    """Record that somebody was refused to read something about patients. Nothing was told, so this raises nothing.

    Args:
        reading, operation, interaction: What was asked for.
        seen: The patients by organisation.
        code: Of `events/codes.py`: why it was refused.
    """
    records = _reading_request(scope).records(
        seen,
        reading=reading,
        operation=operation,
        interaction=interaction,
        outcome="refused",
        code=code,
    )
    try:
        await recorder.record(records)
    except ReadingNotRecorded:
        return  # the recorder has counted it, and the log says so


def not_recorded(error: ReadingNotRecorded) -> RequestRefused:
    """The answer in the place of one that could not be recorded."""
    return RequestRefused("access.not_recorded", f"{error} So nothing is told. Try again.")


def _tells(status: int) -> bool:
    """Whether an answer tells something: also that nothing has changed since the last one (304) does."""
    return status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED


def _records(scope: Scope) -> Sequence[AccessRecord]:
    route = scope.get("route")
    if route is None:  # FastAPI's own pages of documentation
        return ()
    reading = _READINGS[scope["method"], route.path]
    if reading not in _OF_PATIENTS or route.path == _FEED:
        return ()
    seen: Mapping[str, Iterable[str]] = _asking(scope).seen
    named = scope["path_params"]
    interaction = interaction_of(route.path)
    if "patient" in named:
        seen = {**seen, named["org"]: {*seen.get(named["org"], ()), named["patient"]}}
    elif not seen and not (route.path.startswith(FHIR_ROOT) and interaction in _MAY_FIND_NOBODY):
        raise RuntimeError(f"{route.path} does not say of whom it tells something")
    return _reading_request(scope).records(seen, reading=reading, operation=route.name, interaction=interaction)


def interaction_of(template: str) -> str:
    """The interaction at an address, by its code in http://hl7.org/fhir/restful-interaction.

    An address that names a patient and is none of FHIR's reads what there is of that patient.
    """
    if not template.startswith(FHIR_ROOT):
        return "read" if "{patient}" in template else "search-type"
    match template.removeprefix(FHIR_ROOT).split("/")[2:]:
        case ["{id}"]:
            return "read"
        case ["{id}", "_history", "{version}"]:
            return "vread"
        case ["{id}", "_history"]:
            return "history-instance"
        case ["_history"]:
            return "history-type"
    return "search-type"


def _asking(scope: Scope) -> Asking:
    asking: Asking = scope.setdefault("state", {}).setdefault("asking", Asking(everyone_of(frozenset(), "node")))
    return asking


def _reading_request(scope: Scope) -> ReadingRequest:
    channel: Channel = scope["state"].get("channel", "http")
    client = scope.get("client")
    return ReadingRequest(_asking(scope).principal, channel, client[0] if client else None, _purpose(scope))


def _purpose(scope: Scope) -> str | None:
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
