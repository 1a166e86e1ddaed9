"""GET …/history, …/diff, /audit and /audit/{position}: what happened, who did it, when, and what it changed."""

from collections.abc import Iterator
from typing import Annotated

from pydantic_core import from_json, to_json
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from events.errors import Rejected
from events.identity import GoalId
from events.log import LogUnreachable
from projections.audit_trail import queries
from projections.audit_trail.queries import OneEvent
from projections.audit_trail.searching import MOST_COUNTED
from projections.engine.paging import Json
from services.gateway.access.consents import types_left_out
from services.gateway.answers import json_answer, written_answer
from services.gateway.asking import Asking, Asks
from services.gateway.csv_answers import CSV, csv_answer, csv_table, prefers_csv
from services.gateway.documentation import problems
from services.gateway.gateway import Gateway, Here
from services.gateway.models import AuditedEvent, AuditList, Difference, History
from services.gateway.parameters import (
    AtPosition,
    Audit,
    AuditedEventQuery,
    Goal,
    HistoryQuery,
    Org,
    Patient,
    TwoVersions,
)
from services.gateway.problems import RequestRefused
from services.gateway.reader import SHORT_PAGE
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}", tags=["read"])

_PAGE, _MOST = 100, 500
_COLUMNS = (
    *("position", "recordedtime", "time", "patient", "goal", "version", "type", "actor", "actorrole", "enteredby"),
    *("submittedby", "submitterrole", "sentence", "changed", "source", "id", "causeversion", "data"),
)


@router.get(
    "/patients/{patient}/goals/{goal}/history",
    summary="Everything that happened to a goal",
    response_model=None,
    responses={200: {"model": History}, **problems(404, 422, 503)},
)
async def history(
    here: Here, asks: Asks, org: Org, patient: Patient, goal: Goal, query: Annotated[HistoryQuery, Query()]
) -> Response:
    """Every event of the goal, in its order, with who, when it happened, when it was recorded, and what it changed.

    The goal `plan` is the patient's plan.
    """
    goal_id = GoalId(org, patient, goal)
    without = types_left_out(asks.principal, org, patient)
    found = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: queries.history(
            connection,
            goal_id,
            limit=query.limit,
            cursor=query.cursor,
            without=without,
            newest_first=query.order == "newest",
            diary=query.diary,
        ),
        short=query.limit <= SHORT_PAGE,
    )
    if found is None:
        raise _unknown(goal_id)
    return written_answer(found.json)


@router.get(
    "/patients/{patient}/goals/{goal}/diff",
    summary="What differs between two versions of a goal",
    response_model=None,
    responses={200: {"model": Difference}, **problems(404, 422, 503)},
)
async def diff(
    here: Here, asks: Asks, org: Org, patient: Patient, goal: Goal, query: Annotated[TwoVersions, Query()]
) -> Response:
    """Each field that differs with its value before and after, and the events in between."""
    goal_id = GoalId(org, patient, goal)
    try:
        found = await here.read(
            "audit_trail",
            org,
            query.min_position,
            lambda connection: queries.diff(connection, goal_id, query.from_, query.to),
        )
    except queries.NoSuchVersion as error:
        raise RequestRefused("goal.version_unknown", str(error)) from None
    if found is None:
        raise _unknown(goal_id)
    if without := types_left_out(asks.principal, org, patient):
        found["changes"] = [each for each in found["changes"] if each["field"].partition(".")[0] != "consents"]
        found["events"] = [each for each in found["events"] if each["type"] not in without]
    return json_answer(found)


@router.get(
    "/audit",
    summary="Everything that was recorded in an organisation",
    response_model=None,
    responses={200: {"model": AuditList, "content": {CSV: {"schema": {"type": "string"}}}}, **problems(422, 503)},
)
async def audit(request: Request, here: Here, asks: Asks, org: Org, query: Annotated[Audit, Query()]) -> Response:
    """Every event of the organisation in the order of the log, newest last unless `order` says otherwise.

    Events are searched by whom they are about, by whom they are, and by both times: `since` and `until` are about when
    they were recorded, `happened_since` and `happened_until` about when what they tell happened. As JSON in pages; or,
    by `format` or the header Accept, as CSV, which holds the first 10,000 unless `limit` is given.
    """
    if query.format == "csv" or (query.format is None and prefers_csv(request.headers.get("accept", ""))):
        return await _as_csv(here, asks, org, query)
    found = await search(here, asks, org, query)
    return written_answer(found.json, headers={"vary": "accept"})


@router.get(
    "/audit/{position}",
    summary="One event as it was recorded",
    response_model=None,
    responses={200: {"model": AuditedEvent}, **problems(404, 422, 503)},
)
async def audited_event(
    here: Here, asks: Asks, org: Org, position: AtPosition, query: Annotated[AuditedEventQuery, Query()]
) -> Response:
    """The event at a position of the organisation's log: what …/audit says of it, and the message that is stored."""
    return json_answer(await event_at(here, asks, org, position, query))


async def search(here: Gateway, asks: Asking, org: str, query: Audit) -> queries.EventsPage:
    """A page of what was recorded in an organisation, as whoever asks may have it; whom it is about is on record."""
    without = types_left_out(asks.principal, org, query.patient)
    found = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: queries.audit(
            connection,
            org,
            query,
            limit=query.limit or _PAGE,
            cursor=query.cursor,
            newest_first=query.newest_first,
            counted=query.count,
            without=without,
        ),
    )
    asks.saw(org, found.patients if query.patient is None else found.patients | {query.patient})
    return found


async def event_at(here: Gateway, asks: Asking, org: str, position: int, query: AuditedEventQuery) -> Json:
    """One event of an organisation, as whoever asks may have it, and as it is `stored`.

    Raises:
        RequestRefused: 404 `event.unknown`.
    """
    without = types_left_out(asks.principal, org, query.patient)
    found = await here.read(
        "audit_trail",
        org,
        query.min_position,
        lambda connection: queries.event(connection, org, position, without=without),
        short=True,
    )
    if found is None or query.patient not in (None, found.goal_id.patient):
        raise RequestRefused("event.unknown", f"Nothing of {org} is at position {position} of its log.")
    asks.saw(org, {found.goal_id.patient})
    return {**from_json(found.json), "stored": await _stored(here, found, position)}


async def _stored(here: Gateway, found: OneEvent, position: int) -> Json | None:
    try:
        message = await here.logs.of(found.goal_id.org).stored_at(found.goal_id, position)
    except LogUnreachable:
        return None
    if message is None:
        return None
    body = message.data.decode(errors="replace")
    return {"subject": message.subject, "headers": dict(message.headers), "body": body}


async def _as_csv(here: Gateway, asks: Asking, org: str, query: Audit) -> Response:
    without = types_left_out(asks.principal, org, query.patient)
    seen: set[str] = set() if query.patient is None else {query.patient}

    def rows(connection: Connection) -> Iterator[Json]:
        cursor, left = query.cursor, query.limit or MOST_COUNTED
        while left > 0:
            page = queries.audit(
                connection,
                org,
                query,
                limit=min(left, _MOST),
                cursor=cursor,
                newest_first=query.newest_first,
                without=without,
            )
            seen.update(page.patients)
            told = from_json(page.json)
            yield from map(_cells, told["items"])
            cursor, left = told["next"], left - _MOST
            if cursor is None:
                return

    table = await here.read(
        "audit_trail", org, query.min_position, lambda connection: csv_table(_COLUMNS, rows(connection))
    )
    asks.saw(org, seen)
    return csv_answer(table, f"audit-{org}.csv")


def _cells(event: Json) -> Json:
    """An event as one row: what JSON has as an object or a list, each in one cell."""
    changed = "; ".join(change["field"] for change in event["changes"])
    return {**event, "changed": changed, "data": to_json(event["data"]).decode()}


def _unknown(goal_id: GoalId) -> Rejected:
    return Rejected("goal.unknown", f"Nothing was recorded for {goal_id}.", version=0)
