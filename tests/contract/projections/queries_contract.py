"""What the queries answer, on every database: the suite that each database inherits."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic_core import from_json
from sqlalchemy import Connection
from sqlalchemy.event import listen, remove

from events.event import Event
from events.goal import types as g
from events.goal.reading import read_goal
from events.identity import GoalId
from events.vocabulary import External
from projections.audit_trail import queries as audit_trail
from projections.audit_trail import searching
from projections.audit_trail.clinic_zone import clinic_zone
from projections.audit_trail.events import recorded_events
from projections.audit_trail.filters import AuditFilter
from projections.audit_trail.latest_events import Place, count_events, latest_events
from projections.audit_trail.searching import count
from projections.audit_trail.tables import tables
from projections.catalog import NAMES, projection_named
from projections.engine.database import open_database, reading
from projections.engine.filters import LAST_DAY
from projections.engine.paging import BadCursor, Json
from projections.engine.writer import ProjectionWriter
from projections.goal_state import queries as goal_state
from projections.goal_state.filters import GoalFilter
from projections.goal_state.identifiers import goals_called
from projections.goal_state.patient.record import fold_patient
from projections.review_schedule import queries as review_schedule
from projections.review_schedule.calendar import calendar
from projections.review_schedule.filters import CalendarFilter, ReviewFilter
from projections.review_schedule.overview import review_counts, reviews_on_days
from tests.builders import NOON, event, gas, opened, proposed, recorded, smart
from tests.contract.projections.served import audit, history, served_goal, served_goals
from tests.stored import as_message

ORG = "northside"
EARLY, LATE = GoalId(ORG, "pt-1", "early"), GoalId(ORG, "pt-1", "late")
WEST = GoalId(ORG, "pt-2", "west")
ELSEWHERE = GoalId("southside", "pt-1", "early")
DUE = date(2026, 3, 16)
MIDDAY = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2026, 3, 17, 3, 0, tzinfo=UTC)
"""The 17th in Vienna and London, still the 16th in Denver."""
TYPED_IN_VIENNA = datetime(2026, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=1)))


def clinic() -> list[Event]:
    scheduled = [(EARLY, DUE), (LATE, DUE + timedelta(days=3)), (WEST, DUE), (ELSEWHERE, DUE)]
    wording = g.Changes(wording="Read 100% of the Straßenbahn timetable", relevance=7)
    return [
        event(EARLY.plan, opened(accommodations=("simplified_language",)), role="clinician", actor="c1"),
        event(WEST.plan, opened(clinician="c2", time_zone="America/Denver"), role="clinician", actor="c2"),
        event(EARLY, proposed(statement="Get up early", smart=smart(), gas=gas()), time=TYPED_IN_VIENNA),
        event(LATE, proposed(statement="Read late", relevance=4)),
        event(WEST, proposed(statement="Walk west, early")),
        event(ELSEWHERE, proposed(statement="Get up early", external=(External(system="urn:his", value='7 "%é'),))),
        replace(
            event(LATE, g.Revised(changes=wording, reason="patient_request", note="his words")),
            entered_by="desk2",
            submitted_by="NORTH/ehr",
            submitter_role="system",
        ),
        event(EARLY, g.Activated(), role="clinician", actor="c1"),
        *(
            event(goal_id, g.ReviewScheduled(due_on=due_on, cause="initial"), role="system", actor="cairn")
            for goal_id, due_on in scheduled
        ),
        event(WEST, g.Held(reason="travelling"), role="clinician", actor="c2"),
    ]


EVENTS = recorded(clinic())


class QueriesContract(ABC):
    """Inherit, and say which database."""

    @pytest.fixture(scope="class")
    @classmethod
    @abstractmethod
    def database_url(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        """An empty database."""

    @pytest.fixture(scope="class")
    @classmethod
    def connection(cls, database_url: str) -> Iterator[Connection]:
        engine = open_database(database_url)
        for name in NAMES:
            writer = ProjectionWriter(engine, projection_named(name), "CAIRN_LOG")
            writer.resume()
            writer.take([as_message(each) for each in EVENTS], head=len(EVENTS))
            assert writer.go_live(["CAIRN_LOG"])
        with reading(engine) as connection:
            yield connection
        engine.dispose()

    # goals and plans

    @pytest.mark.parametrize("goal_id", [EARLY, WEST], ids=str)
    def test_a_goal_reads_as_its_fold_reads_beside_the_patients_plan_and_other_goals(
        self, connection: Connection, goal_id: GoalId
    ) -> None:
        record = fold_patient(each for each in EVENTS if each.goal_id.plan == goal_id.plan)
        state = record.goal(goal_id.goal)
        assert state is not None
        read = read_goal(state, record.plan, at=MIDDAY, others=record.others(state))
        assert served_goal(connection, goal_id, now=MIDDAY) == read
        (listed,) = (
            item for item in served_goals(connection, ORG, now=MIDDAY)["items"] if item["goal"] == goal_id.goal
        )
        assert listed == read

    def test_however_many_goals_a_patient_has_one_is_read_with_one_statement(self, connection: Connection) -> None:
        assert statements(connection, lambda: served_goal(connection, EARLY, now=MIDDAY)) == 1

    def test_however_many_goals_there_are_a_list_is_read_with_as_many_statements(self, connection: Connection) -> None:
        def listed(limit: int) -> int:
            return statements(connection, lambda: served_goals(connection, ORG, now=MIDDAY, limit=limit))

        assert listed(1) == listed(100) == 3

    def test_a_patients_record_is_what_the_events_add_up_to(self, connection: Connection) -> None:
        mine = (each for each in EVENTS if each.goal_id.plan == EARLY.plan)
        assert goal_state.record(connection, ORG, "pt-1", with_diaries=True) == fold_patient(mine)

    def test_an_unknown_goal_or_plan_is_none(self, connection: Connection) -> None:
        assert served_goal(connection, GoalId(ORG, "pt-1", "nothing"), now=MIDDAY) is None
        assert served_goal(connection, EARLY.plan, now=MIDDAY) is None
        assert goal_state.plan(connection, ORG, "pt-9", now=NOON) is None
        assert goal_state.record(connection, ORG, "pt-9", with_diaries=False).is_empty

    def test_a_plan_reads_as_its_state(self, connection: Connection) -> None:
        plan = goal_state.plan(connection, ORG, "pt-2", now=NOON)
        assert plan is not None
        assert (plan["clinician"], plan["time_zone"], plan["status"]) == ("c2", "America/Denver", "open")

    def test_goals_of_an_organisation_come_by_patient_and_goal(self, connection: Connection) -> None:
        assert names(served_goals(connection, ORG, now=MIDDAY)) == ["early", "late", "west"]
        assert names(served_goals(connection, "nowhere", now=MIDDAY)) == []

    def test_goals_are_filtered_by_patient_and_status(self, connection: Connection) -> None:
        assert names(served_goals(connection, ORG, now=MIDDAY, patient="pt-2")) == ["west"]
        assert names(served_goals(connection, ORG, GoalFilter(status="held"), now=MIDDAY)) == ["west"]
        assert names(served_goals(connection, ORG, GoalFilter(status="active"), now=MIDDAY, patient="pt-2")) == []

    def test_goals_are_those_of_a_clinicians_patients(self, connection: Connection) -> None:
        def of(clinician: str, **wanted: Any) -> list[str]:  # Any: patient
            return names(served_goals(connection, ORG, GoalFilter(clinician=clinician), now=MIDDAY, **wanted))

        assert (of("c1"), of("c2"), of("p1")) == (["early", "late"], ["west"], [])
        assert of("c2", patient="pt-1") == []

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("EARLY", ["early", "west"]),
            ("west early", ["west"]),
            ("STRASSENBAHN", ["late"]),
            ("read late", ["late"]),
            ("100%", ["late"]),
            ("1%0", []),
            ("g_t", []),
            ("", ["early", "late", "west"]),
        ],
    )
    def test_goals_are_found_by_words_of_statement_and_wording(
        self, connection: Connection, text: str, found: list[str]
    ) -> None:
        assert names(served_goals(connection, ORG, GoalFilter(text=text or None), now=MIDDAY)) == found

    def test_overdue_is_told_in_the_time_zone_of_each_plan(self, connection: Connection) -> None:
        assert names(served_goals(connection, ORG, GoalFilter(overdue=True), now=AFTER_MIDNIGHT)) == ["early"]
        assert names(served_goals(connection, ORG, GoalFilter(overdue=False), now=AFTER_MIDNIGHT)) == [
            "late",
            "west",
        ]
        assert names(served_goals(connection, "southside", GoalFilter(overdue=True), now=AFTER_MIDNIGHT)) == ["early"]

    def test_overdue_is_told_for_a_given_day(self, connection: Connection) -> None:
        day = DUE + timedelta(days=1)
        assert names(served_goals(connection, ORG, GoalFilter(overdue=True, day=day), now=NOON)) == [
            "early",
            "west",
        ]

    def test_pages_of_goals_follow_on_each_other(self, connection: Connection) -> None:
        first = served_goals(connection, ORG, now=MIDDAY, limit=2)
        second = served_goals(connection, ORG, now=MIDDAY, limit=2, cursor=first["next"])
        assert names(first) + names(second) == ["early", "late", "west"]
        assert second["next"] is None

    def test_a_cursor_of_another_list_is_refused(self, connection: Connection) -> None:
        cursor = served_goals(connection, ORG, now=MIDDAY, limit=1)["next"]
        with pytest.raises(BadCursor):
            audit(connection, ORG, cursor=cursor)

    # the audit trail

    def test_a_history_tells_who_when_and_what(self, connection: Connection) -> None:
        proposal, activation, review = history(connection, EARLY)["items"]
        assert (proposal["type"], proposal["actor"], proposal["actorrole"]) == (
            "cairn.goal.proposed.v1",
            "p1",
            "patient",
        )
        assert proposal["time"] == "2026-03-02T00:30:00+01:00"
        assert proposal["recordedtime"] == "2026-03-02T12:00:03+00:00"
        assert proposal["data"]["statement"] == "Get up early"
        assert (activation["version"], review["version"]) == (2, 3)
        assert review["data"] == {"due_on": "2026-03-16", "cause": "initial"}
        assert proposal["sentence"] == (
            "On 2 March 2026 at 00:30 (UTC+01:00) the patient p1 proposed the goal “Get up early”."
            " Recorded on 2 March 2026 at 12:00 (UTC)."
        )

    def test_when_it_was_recorded_is_told_in_the_time_zone_of_the_plan(self, connection: Connection) -> None:
        west = [*history(connection, WEST.plan)["items"], *history(connection, WEST)["items"]]
        begun = audit_trail.diff(connection, WEST, 0, 1)
        assert begun is not None
        for each in (*west, *begun["events"]):
            assert each["sentence"].endswith(". Recorded on 2 March 2026 at 05:00 (UTC-07:00).")

    def test_the_plan_has_a_history_too(self, connection: Connection) -> None:
        assert len(history(connection, EARLY.plan)["items"]) == 1

    def test_a_revision_in_a_history_has_its_fields_before_and_after(self, connection: Connection) -> None:
        revised = history(connection, LATE)["items"][1]
        assert revised["changes"] == [
            {"field": "relevance", "before": 4, "after": 7},
            {"field": "wording", "before": None, "after": "Read 100% of the Straßenbahn timetable"},
        ]
        assert revised["data"]["reason"] == "patient_request"

    def test_a_history_tells_who_typed_it_in(self, connection: Connection) -> None:
        begun, revised, _ = history(connection, LATE)["items"]
        assert (begun["enteredby"], revised["actor"], revised["enteredby"]) == (None, "p1", "desk2")
        assert "the patient p1 (entered by desk2) revised the goal" in revised["sentence"]
        kept = [each.event for each in recorded_events(connection, tables(), [LATE])]
        assert [each.entered_by for each in kept] == [None, "desk2", None]

    def test_a_history_tells_who_submitted_it(self, connection: Connection) -> None:
        begun, revised, _ = history(connection, LATE)["items"]
        assert (begun["submittedby"], begun["submitterrole"]) == (None, None)
        assert (revised["submittedby"], revised["submitterrole"]) == ("NORTH/ehr", "system")
        kept = [each.event for each in recorded_events(connection, tables(), [LATE])]
        assert [(each.submitted_by, each.submitter_role) for each in kept] == [
            (None, None),
            ("NORTH/ehr", "system"),
            (None, None),
        ]

    def test_pages_of_a_history_follow_on_each_other(self, connection: Connection) -> None:
        first = history(connection, EARLY, limit=2)
        second = history(connection, EARLY, limit=2, cursor=first["next"])
        assert [item["version"] for item in first["items"] + second["items"]] == [1, 2, 3]

    def test_types_of_events_can_be_left_out_and_are_on_the_page_nevertheless(self, connection: Connection) -> None:
        revised = "cairn.goal.revised.v1"
        first = history(connection, LATE, limit=2, without={revised})
        second = history(connection, LATE, limit=2, cursor=first["next"])
        assert [item["version"] for item in first["items"]] == [1]
        assert [item["version"] for item in second["items"]] == [3]
        of_org = audit(connection, ORG, without={revised})
        assert revised not in {item["type"] for item in of_org["items"]}
        assert len(of_org["items"]) == len(audit(connection, ORG)["items"]) - 1

    def test_an_audit_is_everything_of_the_organisation_newest_last(self, connection: Connection) -> None:
        mine = [each.position for each in EVENTS if each.goal_id.org == ORG]
        assert positions(audit(connection, ORG)) == mine

    def test_an_audit_is_filtered(self, connection: Connection) -> None:
        def by(**wanted: str) -> list[GoalId]:
            items = audit(connection, ORG, AuditFilter.model_validate(wanted))["items"]
            return [GoalId(item["org"], item["patient"], item["goal"]) for item in items]

        assert set(by(patient="pt-2")) == {WEST, WEST.plan}
        assert by(goal="late", type="cairn.goal.revised.v1") == [LATE]
        assert by(actor="c2") == [WEST.plan, WEST]
        assert by(clinician="c2") == [WEST.plan, WEST, WEST, WEST]
        assert by(clinician="c2", patient="pt-1") == by(clinician="p1") == []
        assert by(role="system", patient="pt-2") == [WEST]
        assert by(role="clinician", goal="early") == [EARLY]
        assert by(role="supervisor") == []

    def test_an_audit_is_bounded_by_when_things_were_recorded(self, connection: Connection) -> None:
        since, until = EVENTS[4].recorded_at, EVENTS[7].recorded_at
        found = audit(connection, ORG, AuditFilter(since=since, until=until.astimezone(timezone(timedelta(hours=-7)))))
        assert positions(found) == [5, 7]

    @pytest.mark.parametrize("few", [0, 10_000], ids=["by the order of the log", "by when it happened"])
    def test_an_audit_is_bounded_by_when_things_happened(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch, few: int
    ) -> None:
        monkeypatch.setattr(searching, "MOST_COUNTED", few)
        of_early = [position for position in positions(audit(connection, ORG)) if EVENTS[position - 1].goal_id == EARLY]
        before, after = (
            AuditFilter(happened_until=TYPED_IN_VIENNA + timedelta(hours=1)),
            AuditFilter(happened_since=TYPED_IN_VIENNA + timedelta(hours=1)),
        )
        assert positions(audit(connection, ORG, before)) == of_early[:1]
        rest = [position for position in positions(audit(connection, ORG)) if position != of_early[0]]
        assert positions(audit(connection, ORG, after)) == rest
        assert positions(audit(connection, ORG, after, newest_first=True)) == rest[::-1]
        of_goal = AuditFilter(patient="pt-1", goal="early", happened_until=NOON, happened_since=TYPED_IN_VIENNA)
        assert positions(audit(connection, ORG, of_goal)) == of_early[:1]
        assert positions(audit(connection, ORG, AuditFilter(role="patient", happened_until=NOON))) == of_early[:1]
        assert positions(audit(connection, ORG, AuditFilter(role="clinician", happened_until=NOON))) == []

    def test_an_audit_comes_newest_first_and_in_pages(self, connection: Connection) -> None:
        everything = positions(audit(connection, ORG))
        first = audit(connection, ORG, newest_first=True, limit=4)
        second = audit(connection, ORG, newest_first=True, cursor=first["next"])
        assert positions(first) + positions(second) == everything[::-1]
        assert second["next"] is None
        with pytest.raises(BadCursor):
            audit(connection, ORG, cursor=first["next"])

    def test_what_an_audit_finds_is_counted_over_all_pages_up_to_a_bound(self, connection: Connection) -> None:
        everything = len(positions(audit(connection, ORG)))
        revised = g.Revised.type_name
        found = audit(connection, ORG, limit=1, counted=True)
        assert found["count"] == {"number": everything, "more": False}
        assert audit(connection, ORG)["count"] is None
        assert audit(connection, ORG, counted=True, without={revised})["count"]["number"] == everything - 1
        of_pt_2 = AuditFilter(patient="pt-2")
        assert audit(connection, ORG, of_pt_2, limit=1, counted=True)["count"] == {"number": 4, "more": False}
        assert count(connection, ORG, of_pt_2, most=4) == (4, False)
        assert count(connection, ORG, of_pt_2, most=3) == (3, True)

    def test_one_event_is_found_by_its_position_in_its_own_organisation(self, connection: Connection) -> None:
        (revised,) = audit(connection, ORG, AuditFilter(type=g.Revised.type_name))["items"]
        found = audit_trail.event(connection, ORG, revised["position"])
        assert found is not None
        assert (found.goal_id, from_json(found.json)) == (LATE, revised)
        assert audit_trail.event(connection, "southside", revised["position"]) is None
        assert audit_trail.event(connection, ORG, revised["position"], without={g.Revised.type_name}) is None

    def test_a_diff_tells_what_two_versions_have_not_in_common(self, connection: Connection) -> None:
        diff = audit_trail.diff(connection, LATE, 1, 2)
        assert diff is not None
        assert (diff["goal"], diff["from"], diff["to"]) == ("late", 1, 2)
        assert {"field": "relevance", "before": 4, "after": 7} in diff["changes"]
        assert [each["version"] for each in diff["events"]] == [2]
        assert "version" not in {change["field"] for change in diff["changes"]}

    def test_a_diff_can_look_back_and_from_before_the_beginning(self, connection: Connection) -> None:
        back = audit_trail.diff(connection, LATE, 2, 1)
        begun = audit_trail.diff(connection, LATE, 0, 1)
        assert back is not None
        assert {"field": "relevance", "before": 7, "after": 4} in back["changes"]
        assert begun is not None
        assert {"field": "statement", "before": None, "after": "Read late"} in begun["changes"]

    def test_a_diff_with_an_unknown_version_says_how_far_the_goal_has_come(self, connection: Connection) -> None:
        with pytest.raises(audit_trail.NoSuchVersion, match=r"has no version 9; it has come to 3"):
            audit_trail.diff(connection, LATE, 1, 9)
        assert audit_trail.diff(connection, GoalId(ORG, "pt-1", "nothing"), 1, 2) is None

    def test_the_latest_events_are_those_of_every_organisation_page_by_page(self, connection: Connection) -> None:
        newest = [(each.goal_id, each.position) for each in reversed(EVENTS)]
        found: list[tuple[GoalId, int]] = []
        before: Place | None = None
        while len(found) <= len(newest) and (page := latest_events(connection, limit=4, before=before)):
            found += [(each.goal_id, each.place.position) for each in page]
            before = page[-1].place
        assert found == newest
        assert count_events(connection) == len(EVENTS)

    def test_the_latest_events_can_be_those_of_goals_and_since_an_instant(self, connection: Connection) -> None:
        since = EVENTS[4].recorded_at
        wanted = [each for each in EVENTS if each.recorded_at >= since and not each.goal_id.is_plan]
        found = latest_events(connection, limit=100, since=since, of_goals=True)
        assert [each.place for each in found] == [
            Place(each.recorded_at, each.goal_id.org, each.position) for each in reversed(wanted)
        ]
        assert count_events(connection, since=since, of_goals=True) == len(wanted)
        assert count_events(connection, of_goals=True) == len(EVENTS) - 2

    def test_a_goal_is_found_by_what_it_is_called_elsewhere(self, connection: Connection) -> None:
        assert goals_called(connection, '7 "%é', limit=10) == [ELSEWHERE]
        assert goals_called(connection, '7 "%é', limit=0) == []
        assert goals_called(connection, '7 "%é', limit=10, orgs={"another", ELSEWHERE.org}) == [ELSEWHERE]
        assert goals_called(connection, '7 "%é', limit=10, orgs={"another"}) == []
        assert goals_called(connection, '7 "%é', limit=10, orgs=()) == []
        for other in ("7", '7 "xé', "urn:his"):
            assert goals_called(connection, other, limit=10) == []

    # reviews

    def test_reviews_come_by_day_with_what_is_needed_to_meet(self, connection: Connection) -> None:
        first, *others = review_schedule.reviews(connection, ORG, now=MIDDAY)["items"]
        assert first == {
            "org": ORG,
            "patient": "pt-1",
            "goal": "early",
            "due_on": "2026-03-16",
            "status": "due",
            "cause": "initial",
            "sequence": 1,
            "moved_from": None,
            "goal_status": "active",
            "statement": "Get up early",
            "own_words": True,
            "wording": None,
            "clinician": "c1",
            "time_zone": "UTC",
            "version": 3,
            "position": 9,
            "quarantined": None,
        }
        assert [each["goal"] for each in others] == ["west", "late"]

    def test_a_held_goal_stays_in_the_list_as_held(self, connection: Connection) -> None:
        (west,) = review_schedule.reviews(connection, ORG, ReviewFilter(patient="pt-2"), now=MIDDAY)["items"]
        assert west["goal_status"] == "held"

    @pytest.mark.parametrize(
        ("day", "early", "late"),
        [
            (DUE - timedelta(days=1), "upcoming", "upcoming"),
            (DUE, "due", "upcoming"),
            (DUE + timedelta(days=1), "overdue", "upcoming"),
            (DUE + timedelta(days=3), "overdue", "due"),
        ],
    )
    def test_the_status_is_that_of_the_given_day(
        self, connection: Connection, day: date, early: str, late: str
    ) -> None:
        found = review_schedule.reviews(connection, ORG, ReviewFilter(day=day, patient="pt-1"), now=NOON)
        assert statuses(found) == {"early": early, "late": late}

    def test_without_a_day_it_is_today_in_each_plans_time_zone(self, connection: Connection) -> None:
        found = review_schedule.reviews(connection, ORG, now=AFTER_MIDNIGHT)
        assert statuses(found) == {"early": "overdue", "west": "due", "late": "upcoming"}

    def test_reviews_are_filtered_by_status_and_until(self, connection: Connection) -> None:
        overdue = review_schedule.reviews(connection, ORG, ReviewFilter(status="overdue"), now=AFTER_MIDNIGHT)
        due = review_schedule.reviews(connection, ORG, ReviewFilter(status="due"), now=AFTER_MIDNIGHT)
        upcoming = review_schedule.reviews(connection, ORG, ReviewFilter(status="upcoming"), now=AFTER_MIDNIGHT)
        assert (names(overdue), names(due), names(upcoming)) == (["early"], ["west"], ["late"])
        assert names(review_schedule.reviews(connection, ORG, ReviewFilter(until=DUE), now=MIDDAY)) == ["early", "west"]

    def test_reviews_are_those_of_a_clinicians_patients(self, connection: Connection) -> None:
        def of(clinician: str) -> list[str]:
            return names(review_schedule.reviews(connection, ORG, ReviewFilter(clinician=clinician), now=MIDDAY))

        assert (of("c1"), of("c2"), of("p1")) == (["early", "late"], ["west"], [])

    def test_so_is_a_calendar(self, connection: Connection) -> None:
        def of(clinician: str | None, patient: str | None = None) -> list[str]:
            shown = calendar(
                connection,
                ORG,
                CalendarFilter(clinician=clinician),
                patient=patient,
                from_=date.min,
                to=date.max,
                since=DUE,
            )
            return [entry.goal for entry in shown]

        assert (of("c1"), of("c2"), of("p1")) == (["early", "late"], ["west"], [])
        assert (of(None), of("c2", "pt-1")) == (["early", "west", "late"], [])

    def test_pages_of_reviews_follow_on_each_other(self, connection: Connection) -> None:
        first = review_schedule.reviews(connection, ORG, now=MIDDAY, limit=1)
        second = review_schedule.reviews(connection, ORG, now=MIDDAY, limit=5, cursor=first["next"])
        assert names(first) + names(second) == ["early", "west", "late"]

    def test_all_reviews_are_counted_by_clinician_and_status(self, connection: Connection) -> None:
        found = review_counts(connection, ORG, until=LAST_DAY, now=AFTER_MIDNIGHT)
        assert {(each.clinician, each.status): each.number for each in found} == {
            ("c1", "overdue"): 1,
            ("c1", "upcoming"): 1,
            ("c2", "due"): 1,
        }
        assert sum(each.number for each in review_counts(connection, ORG, until=DUE, now=MIDDAY, day=DUE)) == 2

    def test_a_day_of_a_calendar_has_its_first_reviews_and_how_many_there_are(self, connection: Connection) -> None:
        def told(clinician: str | None = None) -> list[tuple[date, str, str, int]]:
            found = reviews_on_days(connection, ORG, DUE, DUE + timedelta(days=7), clinician=clinician, most=1)
            return [(each.on, each.kind, each.goal, each.number) for each in found]

        late = (DUE + timedelta(days=3), "due", "late", 1)
        assert told() == [(DUE, "due", "early", 2), late]
        assert told("c2") == [(DUE, "due", "west", 1)]

    def test_the_zone_of_a_clinic_is_that_of_most_plans_and_of_a_patient_their_own(
        self, connection: Connection
    ) -> None:
        zones = [clinic_zone(connection, ORG, patient) for patient in ("pt-1", "pt-2")]
        assert len({*zones}) == 2
        assert clinic_zone(connection, ORG) in zones
        assert clinic_zone(connection, "nowhere") == "UTC"


def statements(connection: Connection, read: Callable[[], object]) -> int:
    """How many statements a read sends to the database."""
    sent: list[object] = []

    def send(*statement: object) -> None:
        sent.append(statement)

    # SQLite is asked past SQLAlchemy too, so that only its driver knows of all.
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        driver.set_trace_callback(send)
        try:
            read()
        finally:
            driver.set_trace_callback(None)
        return len(sent)
    listen(connection, "before_cursor_execute", send)
    try:
        read()
    finally:
        remove(connection, "before_cursor_execute", send)
    return len(sent)


def names(page: Json) -> list[str]:
    return [item["goal"] for item in page["items"]]


def positions(page: Json) -> list[int]:
    return [item["position"] for item in page["items"]]


def statuses(page: Json) -> dict[str, str]:
    return {item["goal"]: item["status"] for item in page["items"]}
