"""The Audit pages: each event in one line, its exact change, and in whose voice."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from events.catalog import TYPES
from events.time_zones import time_zone
from services.gateway.pages import event_names
from services.gateway.pages.audit.event import event_view
from services.gateway.pages.audit.proof import ProofView
from services.gateway.pages.audit.search import searched
from services.gateway.pages.audit.view import audit_view, line
from services.gateway.pages.language import language_of, languages

ENGLISH = language_of(["en"], None)
ZONE = "Europe/Dublin"
DUBLIN = time_zone(ZONE)
Json = dict[str, Any]  # JSON, for a test to give
UNPROVEN = ProofView((), "", "", "")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def told(**given: Any) -> Mapping[str, Any]:  # Any: an event as JSON
    return {
        "org": "northside",
        "patient": "pt-1",
        "goal": "walk",
        "version": 15,
        "position": 273,
        "type": "cairn.goal.revised.v1",
        "actor": "pt-1",
        "actorrole": "patient",
        "enteredby": None,
        "submittedby": "ehr",
        "submitterrole": "system",
        "time": "2026-10-31T23:30:00+00:00",
        "recordedtime": "2026-11-02T10:00:00+00:00",
        "source": "urn:x",
        "id": "e1",
        "causeversion": None,
        "data": {"changes": {}, "reason": "too_easy", "note": "Six, then seven"},
        "changes": [],
        "stored": None,
        **given,
    }


def changed(field: str, before: object, after: object) -> Mapping[str, object]:
    return {"field": field, "before": before, "after": after}


def test_a_line_tells_when_by_the_clinics_clock_who_what_and_why() -> None:
    summer = told(time="2026-06-01T23:30:00+00:00")

    found = line(ENGLISH, summer, DUBLIN)

    assert found.happened.isoformat() == "2026-06-02T00:30:00+01:00"
    assert (found.by.id, found.by.role, found.by.entered_by) == ("pt-1", "patient", "")
    assert (found.what, found.reason) == ("goal changed", "because it had become easy")
    assert found.said is not None
    assert (found.said.words, found.said.is_voice) == ("Six, then seven", True)
    assert found.address == "/clinic/northside/audit/273"
    assert found.goal_address == "/clinic/northside/patients/pt-1/goals/walk"


def test_what_cairn_adds_is_by_itself_and_by_no_other_system() -> None:
    by_itself = told(actor="cairn", actorrole="system", submittedby="cairn", submitterrole="system")

    found, page = line(ENGLISH, by_itself, DUBLIN), event_view(ENGLISH, by_itself, UNPROVEN, ZONE)

    assert (found.by.id, found.by.role) == ("Cairn itself", "")
    assert (page.submitted_by, page.submitter_role) == ("Cairn itself", "")
    assert line(ENGLISH, told(actor="ehr", actorrole="system"), DUBLIN).by.role == "another system"


def test_a_plan_is_no_goal_to_lead_to() -> None:
    found = line(ENGLISH, told(goal="plan", type="cairn.plan.closed.v1", data={"reason": "moved"}), DUBLIN)

    assert (found.goal, found.goal_address) == ("", "")


def test_what_staff_say_is_not_in_the_patients_voice() -> None:
    found = line(ENGLISH, told(actor="cl-1", actorrole="clinician"), DUBLIN)

    assert found.said is not None
    assert not found.said.is_voice


def test_a_line_names_a_few_fields_and_how_many_more_there_are() -> None:
    fields = ["wording", "smart.specific", "smart.due", "gas.levels.-1", "relevance", "kind"]

    found = line(ENGLISH, told(changes=[changed(each, "a", "b") for each in fields]), DUBLIN)

    assert found.changed == ["wording", "what exactly", "due date", "step “one step to go”"]
    assert found.more_changes == 2


def test_a_long_text_is_cut_in_a_line_and_whole_on_its_own_page() -> None:
    event = told(data={"changes": {}, "reason": "too_hard", "note": "long " * 800})

    short, whole = line(ENGLISH, event, DUBLIN).said, event_view(ENGLISH, event, UNPROVEN, ZONE).facts

    assert short is not None
    assert len(short.words) < 210
    assert [fact.text for fact in whole] == ["long " * 800]


def test_a_change_is_told_word_by_word_and_a_part_that_is_new_leaf_by_leaf() -> None:
    changes = [
        changed("smart.specific", "Bed by half past ten", "Bed by half past nine"),
        changed("smart.measure.target", 4, 6),
        changed("gas", None, {"levels": {"-1": "To the door"}, "baseline": -1}),
    ]

    found = event_view(ENGLISH, told(changes=changes), UNPROVEN, ZONE)

    assert [change.name for change in found.changes] == [
        "What exactly",
        "Target",
        "Step “one step to go”",
        "Where it began",
    ]
    first, target, step, _ = found.changes
    assert [piece.text for piece in first.was if piece.is_changed] == ["ten"]
    assert first.is_voice
    assert ("".join(each.text for each in target.was), "".join(each.text for each in target.now)) == ("4", "6")
    assert not target.is_voice
    assert (list(step.was), [each.text for each in step.now]) == ([], ["To the door"])


def test_what_is_no_change_tells_what_it_says() -> None:
    data = {"on": "2026-10-26", "participants": ["patient", "clinician"], "decision": "keep", "level": None}
    event = told(type="cairn.goal.reviewed.v1", actor="cl-1", actorrole="clinician", data=data)

    found = event_view(ENGLISH, event, UNPROVEN, ZONE)

    assert [(fact.name, fact.text) for fact in found.facts] == [
        ("Day", "26 October 2026"),
        ("Who was there", "patient and clinician"),
        ("What was decided", "go on as it is"),
    ]
    assert found.later == "one day later"
    assert (found.submitted_by, found.submitter_role) == ("ehr", "another system")


def test_the_stored_body_is_shown_even_if_it_is_no_json() -> None:
    stored = {"subject": "cairn.log.x.y.z", "headers": {"ce-id": "e1"}, "body": "{broken"}

    found = event_view(ENGLISH, told(stored=stored), UNPROVEN, ZONE).stored

    assert found is not None
    assert (found.body, found.headers) == ("{broken", [("ce-id", "e1")])


def test_how_many_there_are_is_said_up_to_where_they_are_counted() -> None:
    def heading(number: int, *, more: bool = False) -> str:
        found: Json = {"items": [], "next": None, "quarantined": [], "count": {"number": number, "more": more}}
        return audit_view(ENGLISH, "northside", searched({}, DUBLIN), found, ZONE, NOW).heading

    assert heading(0) == "No such event"
    assert heading(1) == "One event"
    assert heading(1234) == "1,234 events"
    assert heading(10_000, more=True) == "More than 10,000 events"


@pytest.mark.parametrize(("more", "most"), [(True, 10_000), (False, 0)])
def test_a_table_that_has_not_all_says_how_many_it_has(more: bool, most: int) -> None:
    found: Json = {"items": [], "next": None, "quarantined": [], "count": {"number": 10_000, "more": more}}

    assert audit_view(ENGLISH, "northside", searched({}, DUBLIN), found, ZONE, NOW).most_in_csv == most


def test_the_next_page_keeps_what_was_searched_for() -> None:
    found: Json = {"items": [], "next": "abc", "quarantined": [], "count": {"number": 0, "more": False}}

    view = audit_view(ENGLISH, "northside", searched({"patient": "pt-1"}, DUBLIN), found, ZONE, NOW)
    all_of_them = audit_view(ENGLISH, "northside", searched({}, DUBLIN), found, ZONE, NOW)

    assert view.next_address == "/clinic/northside/audit?patient=pt-1&cursor=abc"
    assert all_of_them.next_address == "/clinic/northside/audit?cursor=abc"


@pytest.mark.parametrize("code", languages())
def test_every_type_of_event_has_a_name_in_every_language(code: str) -> None:
    language = language_of([code], None)

    names = dict(event_names.known_types(language))

    assert names.keys() == TYPES.keys()
    assert not any("cairn." in name or "_" in name for name in names.values())


def test_a_type_or_a_field_of_a_later_version_is_told_as_it_is() -> None:
    assert event_names.type_name(ENGLISH, "cairn.goal.sung.v1") == "cairn.goal.sung.v1"
    assert event_names.field_name(ENGLISH, "choir.first_voice.range") == "choir first voice"
