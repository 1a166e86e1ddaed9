"""Lists in pages."""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic_core import to_json
from sqlalchemy import Column, Connection, Date, MetaData, String, Table, create_engine, delete, insert, select

from projections.engine.columns import Instant
from projections.engine.paging import AnyRow, BadCursor, Json, read_page

VISITS = Table("visits", MetaData(), Column("day", Date, primary_key=True), Column("who", String, primary_key=True))
CALLS = Table("calls", VISITS.metadata, Column("at", Instant, primary_key=True))
ROWS = [(date(2026, 3, day), who) for day in (1, 2, 3) for who in ("a", "b", "c")]


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        VISITS.metadata.create_all(connection)
        connection.execute(insert(VISITS), [{"day": day, "who": who} for day, who in ROWS])
        yield connection
    engine.dispose()


def read(rows: Sequence[AnyRow]) -> list[Json]:
    return [dict(row._mapping) for row in rows]


def page(connection: Connection, cursor: str | None = None, limit: int = 4, of: str = "visits") -> Json:
    order = (VISITS.c.day, VISITS.c.who)
    return read_page(connection, select(VISITS), of=of, order=order, read=read, limit=limit, cursor=cursor)


def seen(page: Json) -> list[tuple[object, object]]:
    return [(item["day"], item["who"]) for item in page["items"]]


def test_pages_follow_on_each_other_to_the_end(connection: Connection) -> None:
    first = page(connection)
    second = page(connection, first["next"])
    third = page(connection, second["next"])
    assert seen(first) + seen(second) + seen(third) == ROWS
    assert third["next"] is None


def test_a_page_that_ends_with_the_list_has_no_next(connection: Connection) -> None:
    assert page(connection, limit=len(ROWS))["next"] is None


def test_rows_that_go_away_meanwhile_move_nothing(connection: Connection) -> None:
    first = page(connection)
    connection.execute(delete(VISITS).where(VISITS.c.day == date(2026, 3, 1)))
    assert seen(page(connection, first["next"])) == ROWS[4:8]


@pytest.mark.parametrize(
    "told",
    [
        ["visits", "2026-03-01", "a", "b"],
        ["visits", "2026-03-01", 7],
        ["visits", "yesterday", "a"],
        ["visits", None, "a"],
        ["others", "2026-03-01", "a"],
        {"visits": 1},
        "visits",
    ],
    ids=lambda told: to_json(told).decode(),
)
def test_a_cursor_that_this_list_did_not_give_out_is_refused(connection: Connection, told: object) -> None:
    with pytest.raises(BadCursor):
        page(connection, base64.urlsafe_b64encode(to_json(told)).decode().rstrip("="))


@pytest.mark.parametrize("cursor", ["", "%", "a", "ü", "AAAA", "=" * 9, "W10" * 5000], ids=range(7))
def test_a_damaged_cursor_is_refused(connection: Connection, cursor: str) -> None:
    with pytest.raises(BadCursor):
        page(connection, cursor)


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def calls(connection: Connection, cursor: str | None = None) -> Json:
    return read_page(connection, select(CALLS), of="calls", order=(CALLS.c.at,), read=read, limit=2, cursor=cursor)


def test_pages_may_be_in_the_order_of_instants(connection: Connection) -> None:
    instants = [NOON + timedelta(microseconds=number) for number in range(4)]
    connection.execute(insert(CALLS), [{"at": instant} for instant in instants])
    first = calls(connection)
    second = calls(connection, first["next"])
    assert [item["at"] for item in first["items"] + second["items"]] == instants
    assert second["next"] is None


@pytest.mark.parametrize("told", ["noon", "0001-01-01T00:00:00+23:00", "2026-03-02T12:00:00Z ", 7, None])
def test_a_cursor_with_no_instant_in_it_is_refused(connection: Connection, told: object) -> None:
    with pytest.raises(BadCursor):
        calls(connection, base64.urlsafe_b64encode(to_json(["calls", told])).decode().rstrip("="))
