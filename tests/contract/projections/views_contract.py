"""What SQL dashboards read is what the HTTP endpoints give, on every database."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json
from sqlalchemy import Connection, text

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from projections.audit_trail.filters import AuditFilter
from projections.catalog import NAMES, projection_named
from projections.data_dictionary import every_view
from projections.engine.database import open_database, reading
from projections.engine.paging import Json
from projections.engine.writer import ProjectionWriter
from projections.goal_state.evidence import evidence
from projections.goal_state.filters import CaseloadFilter, TodayFilter
from projections.goal_state.today import today
from projections.review_schedule import queries as review_schedule
from projections.review_schedule.filters import ReviewFilter
from services.sample.clinic import ORG, northside
from tests.builders import active_goal, entry, event, gas, opened, proposed, recorded
from tests.clinic import Clinic
from tests.contract.projections.served import audit, caseload, served_goals
from tests.stored import as_message

FAR = "far"
"""An organisation of plans in other time zones, and of all that the sample clinic does not have."""
KIRITIMATI, PAGO_PAGO = "Pacific/Kiritimati", "Pacific/Pago_Pago"
"""14 hours before UTC and 11 behind it: at any hour, it is another day than in UTC in one of them."""
WRONG, UNPLANNED, SIMPLE = GoalId(FAR, "anna", "wrong"), GoalId(FAR, "zoe", "unplanned"), GoalId(FAR, "ben", "simple")
POISONED, LOWER = GoalId(FAR, "carl", "poisoned"), GoalId(FAR, "dora", "lower")
LONG_AGO = datetime(2026, 1, 5, 9, 30, 15, 250_000, tzinfo=UTC)
QUESTIONS = re.findall(
    r"^```sql\n(.*?)^```$",
    (Path(__file__).parents[3] / "docs" / "views.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
Read = dict[str, Any]  # a row, or the part of an answer that is to be the same


def far(today: date) -> list[Event]:
    """Goals with reviews around today in three time zones, one entered in error, one without a plan, one in simple
    language, one with setbacks and a dip, and one whose last event nobody can read."""
    events: list[Event] = []
    for patient, zone in (("anna", KIRITIMATI), ("ben", PAGO_PAGO), ("carl", "UTC")):
        simplified = ("simplified_language",) if patient == "ben" else ()
        plan = opened(time_zone=zone, accommodations=simplified, clinician=f"clinician-of-{patient}")
        events.append(event(GoalId(FAR, patient, "plan"), plan, role="clinician", actor="c1"))
        for days in range(-2, 3):
            goal_id = GoalId(FAR, patient, f"g{days + 2}")
            due = g.ReviewScheduled(due_on=today + timedelta(days=days), cause="routine")
            events += [*active_goal(goal_id)[1:], event(goal_id, due, role="system", actor="cairn")]
    return [
        *events,
        *active_goal(WRONG)[1:],
        event(WRONG, entry("e1", today, setback=True)),
        event(WRONG, g.EnteredInError(reason="another patient's")),
        event(UNPLANNED, proposed(statement="Ein Stück weiter, “jeden Tag” 100%"), time=LONG_AGO),
        event(SIMPLE, proposed(gas=gas(levels={"-1": "less", "0": "as hoped", "1": "more"}))).submitted(
            "c1", "clinician"
        ),
        *active_goal(LOWER),
        event(LOWER, entry("e1", today - timedelta(days=4), motivation=9)),
        event(LOWER, entry("e2", today - timedelta(days=1), motivation=1, setback=True)),
        event(LOWER, entry("e3", today - timedelta(days=3), setback=True)),
        event(POISONED, proposed(statement="Go on")),
        event(POISONED, g.ReviewScheduled(due_on=today, cause="initial"), role="system", actor="cairn"),
        event(POISONED, g.Agreed(), role="clinician"),
    ]


@contextmanager
def everything_written(database_url: str) -> Iterator[Connection]:
    """A connection to a database into which every projection has written the sample clinic, and what is :func:`far`."""
    engine = open_database(database_url)
    today = datetime.now(UTC).date()
    sample = Clinic(northside(today), today).recorded
    messages = [as_message(each) for each in (*sample, *recorded(far(today), first_position=len(sample) + 1))]
    messages[-1] = messages[-1]._replace(data=b"\x00")
    for name in NAMES:
        writer = ProjectionWriter(engine, projection_named(name), "CAIRN_LOG")
        writer.resume()
        writer.take(messages, head=len(messages))
        assert writer.go_live(["CAIRN_LOG"])
    with reading(engine) as connection:
        yield connection
    engine.dispose()


class ViewsContract(ABC):
    """Inherit, and say which database, and what it takes for today."""

    @pytest.fixture(scope="class")
    @classmethod
    @abstractmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        """An empty database."""

    @abstractmethod
    def today(self, connection: Connection) -> tuple[date | None, datetime]:
        """The day and the instant with which a query sees the same day as the views do."""

    @pytest.fixture(scope="class")
    @classmethod
    def connection(cls, database_url: str) -> Iterator[Connection]:
        with everything_written(database_url) as connection:
            yield connection

    @pytest.mark.parametrize("name", NAMES)
    def test_a_view_has_the_columns_that_are_described(self, connection: Connection, name: str) -> None:
        projection = projection_named(name)
        for view, its in projection.views(projection.tables(), connection.dialect.name).items():
            found = connection.execute(text(f"SELECT * FROM {view} LIMIT 1"))  # noqa: S608 - ours
            assert list(found.keys()) == list(its.meanings)

    @pytest.mark.parametrize("org", [ORG, FAR])
    def test_the_caseload_is_that_of_the_endpoint(self, connection: Connection, org: str) -> None:
        day, now = self.today(connection)
        found = [
            {**each, **{f"waiting_for_{role}": number for role, number in each["waiting_for"].items()}}
            for each in everything(caseload(connection, org, CaseloadFilter(day=day), now=now, limit=1000))
        ]
        assert found
        looked = from_json(today(connection, org, TodayFilter(day=day), now=now, limit=500).json)["items"]
        since = {
            each["patient"]: {
                "waiting_since": each["waiting_since"] and instant(each["waiting_since"]),
                "quiet_since": each["quiet_since"],
            }
            for each in looked
        }
        assert any(each["waiting_since"] for each in looked)
        found = [{**each, **since[each["patient"]]} for each in found]
        by_patient = sorted(found, key=itemgetter("patient"))
        assert rows(connection, "v_caseload", org, "patient") == alike(connection, "v_caseload", by_patient)

    @pytest.mark.parametrize("org", [ORG, FAR])
    def test_reasons_and_their_order_are_those_of_today(self, connection: Connection, org: str) -> None:
        day, now = self.today(connection)
        items = from_json(today(connection, org, TodayFilter(day=day), now=now, limit=500).json)["items"]
        told = [
            {**reason, "patient": each["patient"], "rank": rank, "clinician": each["clinician"]}
            for each in items
            for rank, reason in enumerate(each["reasons"], 1)
        ]
        found = rows(connection, "v_today", org, "patient, rank")
        same = ("patient", "rank", "why", "goal", "awaited", "clinician", "text")
        assert org != FAR or {"setback", "motivation_dip", "no_entry", "review_due"} <= {each["why"] for each in told}
        in_order = sorted(told, key=itemgetter("patient", "rank"))
        assert [[row[name] for name in same] for row in found] == [[each[name] for name in same] for each in in_order]
        for row, each in zip(found, in_order, strict=True):
            # SQLite has the day of an instant in UTC.
            assert row["since"] == each["since"] or (day is not None and each["awaited"])
            assert isinstance(row["rank"], int)
        first = rows(connection, "v_today", org, "place, since, patient")
        assert [each["patient"] for each in items if each["reasons"]] == [
            row["patient"] for row in first if row["rank"] == 1
        ]

    @pytest.mark.parametrize("org", [ORG, FAR])
    def test_reviews_are_those_of_the_endpoint(self, connection: Connection, org: str) -> None:
        day, now = self.today(connection)
        found = everything(review_schedule.reviews(connection, org, ReviewFilter(day=day), now=now, limit=1000))
        assert {each["status"] for each in found} == {"overdue", "due", "upcoming"}
        assert rows(connection, "v_reviews", org, "due_on, patient, goal") == alike(connection, "v_reviews", found)

    @pytest.mark.parametrize("org", [ORG, FAR])
    def test_goals_are_those_of_the_endpoints(self, connection: Connection, org: str) -> None:
        now = datetime.now(UTC)
        proven = {
            (each["patient"], each["goal"]): each for each in everything(evidence(connection, org, now=now, limit=1000))
        }
        attention = {each["patient"]: each for each in everything(caseload(connection, org, now=now, limit=1000))}
        told = everything(served_goals(connection, org, now=now, limit=1000))
        found = rows(connection, "v_goal_current", org, "patient, goal")
        assert len(found) == len(told) > len(proven) - 1
        for row, goal in zip(found, told, strict=True):
            assert row == {**row, **as_in_the_view(goal)}
            if goal["status"] != "entered_in_error":
                evident = proven[goal["patient"], goal["goal"]]
                same = ("own_words", "measurable", "framework", "patient_agreement_entered_by")
                assert row == {**row, **{name: evident[name] for name in same}}
        for patient, its in attention.items():
            setbacks = sum(row["setbacks_since_review"] for row in found if row["patient"] == patient and is_open(row))
            assert setbacks == its["setbacks_since_review"]

    def test_a_goal_entered_in_error_is_a_goal_with_that_status_and_asks_for_nothing(
        self, connection: Connection
    ) -> None:
        (row,) = (each for each in rows(connection, "v_goal_current", FAR, "goal") if each["goal"] == WRONG.goal)
        assert (row["status"], row["next_review_on"], row["awaiting_agreement"]) == ("entered_in_error", None, "")
        assert WRONG.goal not in [each["goal"] for each in rows(connection, "v_reviews", FAR, "goal")]
        (anna,) = (each for each in rows(connection, "v_caseload", FAR, "patient") if each["patient"] == "anna")
        assert (anna["open_goals"], anna["setbacks_since_review"]) == (5, 0)

    def test_in_simple_language_three_levels_are_enough(self, connection: Connection) -> None:
        found = {each["goal"]: each["measurable"] for each in rows(connection, "v_goal_current", FAR, "goal")}
        assert found[SIMPLE.goal]
        assert not found[UNPLANNED.goal]

    @pytest.mark.parametrize("view", ["v_goal_current", "v_reviews"])
    def test_a_goal_with_events_in_quarantine_is_marked(self, connection: Connection, view: str) -> None:
        quarantined = [
            each["goal"] for org in (ORG, FAR) for each in rows(connection, view, org, "goal") if each["quarantined"]
        ]
        assert quarantined == [POISONED.goal]

    @pytest.mark.parametrize("org", [ORG, FAR])
    def test_the_audit_is_that_of_the_endpoint(self, connection: Connection, org: str) -> None:
        told = everything(audit(connection, org, limit=10_000))
        found = rows(connection, "v_audit", org, "position")
        same = ("position", "patient", "goal", "version", "type", "actor", "source")
        assert [[row[name] for name in same] for row in found] == [[each[name] for name in same] for each in told]
        for row, each in zip(found, told, strict=True):
            assert (row["actor_role"], row["event_id"], row["cause"]) == (
                each["actorrole"],
                each["id"],
                each["causeversion"],
            )
            assert row["entered_by"] == each["enteredby"]
            assert (row["submitted_by"], row["submitter_role"]) == (each["submittedby"], each["submitterrole"])
            done = row["sentence"][0].lower() + row["sentence"][1:-1]
            assert done in each["sentence"].replace(" Cairn ", " cairn ")
            assert (row["happened_at"], row["recorded_at"]) == (instant(each["time"]), instant(each["recordedtime"]))

    def test_revisions_are_those_of_the_endpoint(self, connection: Connection) -> None:
        revised = everything(audit(connection, ORG, AuditFilter(type=g.Revised.type_name), limit=10_000))
        found = rows(connection, "v_goal_revisions", ORG, "position, field")
        assert [(row["position"], row["field"]) for row in found] == [
            (each["position"], change["field"]) for each in revised for change in each["changes"]
        ]
        said = {each["position"]: each["data"] for each in revised}
        for row in found:
            assert row["reason"] == said[row["position"]]["reason"]
            assert row["note"] == said[row["position"]].get("note")

    @pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
    def test_the_questions_in_the_document_have_answers(self, connection: Connection, question: str) -> None:
        assert connection.execute(text(question)).all()

    def test_the_document_asks_every_view(self) -> None:
        assert set(re.findall(r"FROM (v_\w+)", "".join(QUESTIONS))) == set(every_view())


def rows(connection: Connection, view: str, org: str, order: str) -> list[Read]:
    """An organisation's rows, with days and instants as both databases can tell them."""
    query = text(f"SELECT * FROM {view} WHERE org = :org ORDER BY {order}")  # noqa: S608 - ours
    return [
        {name: told(value) for name, value in row._mapping.items()} for row in connection.execute(query, {"org": org})
    ]


def told(value: object) -> object:
    """An instant as an instant, a day as its text: SQLite has texts for both."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    return instant(value) if isinstance(value, str) and value.endswith("+00:00") else value


def instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def everything(page: Json) -> list[Read]:
    assert page["next"] is None
    items: list[Read] = page["items"]
    return items


def alike(connection: Connection, view: str, items: Sequence[Read]) -> list[Read]:
    """What endpoints give, cut to the columns of a view."""
    columns = connection.execute(text(f"SELECT * FROM {view} LIMIT 0")).keys()  # noqa: S608 - ours
    return [{name: bool(item[name]) if name == "quarantined" else item[name] for name in columns} for item in items]


def as_in_the_view(goal: Read) -> Read:
    """A goal as the endpoint gives it, in the columns of v_goal_current."""
    same = ("org", "patient", "goal", "status", "outcome", "statement", "wording", "kind", "horizon", "life_area")
    return {
        **{name: goal[name] for name in (*same, "raise_at_next_session", "version", "position")},
        "awaiting_agreement": ",".join(goal["awaiting_agreement"]),
        "level": goal["latest_level"],
        "next_review_on": goal["next_review"] and goal["next_review"]["due_on"],
        "last_entry_on": goal["last_entry_on"],
        "recorded_at": instant(goal["updated_at"]),
    }


def is_open(row: Read) -> bool:
    return row["status"] not in ("closed", "entered_in_error")
