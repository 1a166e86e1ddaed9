"""GET …/evidence: timely reviews, own words and measurability, as JSON or as a table for a spreadsheet."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from projections.engine.paging import Json
from projections.goal_state import evidence as queries
from services.gateway.answers import json_answer
from services.gateway.clinic_models import Evidence
from services.gateway.csv_answers import CSV, csv_answer, csv_table, prefers_csv
from services.gateway.documentation import problems
from services.gateway.gateway import Here
from services.gateway.parameters import EvidenceQuery, Org

router = APIRouter(prefix="/v1/orgs/{org}", tags=["read"])

_COLUMNS = (
    *("org", "patient", "goal", "clinician", "status", "outcome", "life_area", "framework", "statement", "wording"),
    *("own_words", "copies", "measurable", "reviews", "timely", "with_patient", "next_review_on", "overdue"),
    "quarantined",
)
_PAGE, _MOST = 100, 500


@router.get(
    "/evidence",
    summary="Evidence of good practice",
    response_model=None,
    responses={200: {"model": Evidence, "content": {CSV: {"schema": {"type": "string"}}}}, **problems(422, 503)},
)
async def evidence(request: Request, here: Here, org: Org, query: Annotated[EvidenceQuery, Query()]) -> Response:
    """Timely reviews, own words and measurability, goal by goal and in total.

    As JSON in pages; or, by `format` or the header Accept, as CSV, which holds every goal unless `limit` is given.
    """
    now = datetime.now(UTC)

    def read(connection: Connection) -> Json:
        page = queries.evidence(connection, org, query, now=now, limit=query.limit or _PAGE, cursor=query.cursor)
        return {**page, "total": queries.evidence_in_total(connection, org, query, now=now)}

    def write(connection: Connection) -> bytes:
        return csv_table(_COLUMNS, _every(connection, org, query, now))

    if query.format == "csv" or (query.format is None and prefers_csv(request.headers.get("accept", ""))):
        return csv_answer(await here.read("goal_state", org, query.min_position, write), f"evidence-{org}.csv")
    return json_answer(await here.read("goal_state", org, query.min_position, read), headers={"vary": "accept"})


def _every(connection: Connection, org: str, query: EvidenceQuery, now: datetime) -> Iterator[Json]:
    """The goals one after another, from the cursor on: one page where a limit is given, and otherwise all."""
    cursor = query.cursor
    while True:
        page = queries.evidence(connection, org, query, now=now, limit=query.limit or _MOST, cursor=cursor)
        yield from ({**item, "quarantined": item["quarantined"] is not None} for item in page["items"])
        cursor = page["next"]
        if cursor is None or query.limit is not None:
            return
