"""GET …/evidence: timely reviews, own words and measurability, as JSON or as a table for a spreadsheet."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from projections.engine.paging import Json
from projections.goal_state import evidence as queries
from services.gateway.access_records import patients_in
from services.gateway.answers import json_answer
from services.gateway.asking import Asking, Asks
from services.gateway.clinic_models import Evidence
from services.gateway.csv_answers import CSV, csv_answer, csv_table, prefers_csv
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.parameters import EvidenceQuery, Org
from services.gateway.routing import Query, Router

router = Router(prefix="/v1/orgs/{org}", tags=["read"])

_COLUMNS = (
    *("org", "patient", "goal", "clinician", "status", "outcome", "life_area", "framework", "statement", "wording"),
    *("own_words", "copies", "measurable", "reviews", "timely", "with_patient", "next_review_on", "overdue"),
    *("quarantined", "reviews_expected", "late", "days_late", "never_held", "never_held_on", "moved", "moves"),
    *("recorded_later", "recorded_days_after", "far_away", "patient_agreement_entered_by"),
)
_PAGE, _MOST = 100, 500


@router.get(
    "/evidence",
    summary="Evidence of good practice",
    response_model=None,
    responses={200: {"model": Evidence, "content": {CSV: {"schema": {"type": "string"}}}}, **problems(422, 503)},
)
async def evidence(
    request: Request, here: Here, asks: Asks, org: Org, query: Annotated[EvidenceQuery, Query()]
) -> Response:
    """Reviews, own words and measurability, goal by goal and in total.

    Of reviews: how many were expected by the cadence, took place, came late and by how many days, were moved (by whom,
    when, why), were never held, and were recorded days after. As JSON in pages; or, by `format` or the header Accept,
    as CSV, which holds every goal unless `limit` is given, and lists days in one cell.
    """
    now = datetime.now(UTC)

    def read(connection: Connection) -> tuple[Json, set[str]]:
        page = queries.evidence(connection, org, query, now=now, limit=query.limit or _PAGE, cursor=query.cursor)
        total = queries.evidence_in_total(connection, org, query, now=now)
        return {**page, "total": total}, queries.patients_if_few(connection, org, query)

    def write(connection: Connection) -> tuple[bytes, set[str]]:
        seen = patients_in(named=query.patient)

        def noted(goal: Json) -> Json:
            seen.add(goal["patient"])
            return _told(asks, goal)

        return csv_table(_COLUMNS, map(noted, _every(connection, org, query, now))), seen

    if query.format == "csv" or (query.format is None and prefers_csv(request.headers.get("accept", ""))):
        table, seen = await here.read("goal_state", org, query.min_position, write)
        asks.saw(org, seen)
        return csv_answer(table, f"evidence-{org}.csv")
    found, in_total = await here.read("goal_state", org, query.min_position, read)
    asks.saw(org, in_total | patients_in(found["items"], named=query.patient))
    items = [_told(asks, goal) for goal in found["items"]]
    return json_answer({**found, "items": items}, headers={"vary": "accept"})


def _told(asks: Asking, goal: Json) -> Json:
    """The evidence of a goal as whoever asks may have it: what other patients' goals say is for staff."""
    told = asks.shown(goal)
    return told if asks.audience("staff") == "staff" else {**told, "copies": None}


def _every(connection: Connection, org: str, query: EvidenceQuery, now: datetime) -> Iterator[Json]:
    """The goals one after another, from the cursor on: one page where a limit is given, and otherwise all."""
    cursor = query.cursor
    while True:
        page = queries.evidence(connection, org, query, now=now, limit=query.limit or _MOST, cursor=cursor)
        yield from (_cells(item) for item in page["items"])
        cursor = page["next"]
        if cursor is None or query.limit is not None:
            return


def _cells(goal: Json) -> Json:
    """A goal as one row: what JSON has as lists of reviews, each list in one cell."""
    reviews = goal["expected_reviews"]
    moves = (move for review in reviews for move in review["moves"])
    return {
        **goal,
        "quarantined": goal["quarantined"] is not None,
        "days_late": _listed(str(review["days_late"]) for review in reviews if review["days_late"]),
        "never_held_on": _listed(day for review in reviews for day in review["never_held_on"]),
        "moves": _listed(
            f"{move['from']} to {move['to']} by {move['by']} on {move['on']} ({move['cause']})" for move in moves
        ),
        "recorded_days_after": _listed(
            str(review["recorded_days_after"]) for review in reviews if review["recorded_days_after"]
        ),
    }


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(texts)
