"""What goes out comes back as the same goal, and what came in goes out with every field that the mapping names."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event import RecordedEvent
from events.goal import GoalState, fold_goals
from events.goal.types import Imported, ProgressLogged, Proposed
from events.identity import GoalId
from events.payload import Payload
from events.vocabulary import ActorRole
from services.fhir.incoming.documents import Document, Found, read_document
from services.fhir.incoming.goal import map_goal
from services.fhir.incoming.refusal import RefusedFile
from services.fhir.outgoing.elements import Json, Release
from services.fhir.outgoing.goal import write_goal
from services.fhir.outgoing.patient import history_of
from services.sample.clinic import northside
from tests.builders import NOON, TODAY, event, recorded
from tests.strategies import goal_payloads, values
from tests.unit.fhir.resources import document, planned
from tests.unit.fhir.round_trips import folded, submitted, there_and_back, what_comes_back, written

RELEASES: tuple[Release, ...] = ("R4", "R5")
GOAL = GoalId("northside", "pt_1", "goal_1")
roles = st.sampled_from(get_args(ActorRole))
later = st.tuples(goal_payloads.filter(lambda each: not isinstance(each, Imported | Proposed)), roles)


def goal_of(told: list[tuple[Payload, ActorRole]]) -> GoalState:
    """A goal after events that nobody has checked against any rule."""
    events = [
        event(GOAL, data, role=role, actor=role, time=NOON + timedelta(days=day))
        for day, (data, role) in enumerate(told)
    ]
    state = fold_goals(recorded(events))
    assert state is not None
    return state


def _has_each_entry_once(told: Sequence[tuple[Payload, object]]) -> bool:
    """FHIR names an entry by its id, so of two with one id, which no rule lets in, one goes out."""
    entries = [data.entry for data, _ in told if isinstance(data, ProgressLogged)]
    return len(set(entries)) == len(entries)


@given(st.tuples(values(Proposed), roles), st.lists(later, max_size=8).filter(_has_each_entry_once))
def test_any_goal_comes_back_as_it_went_out(
    first: tuple[Payload, ActorRole], then: list[tuple[Payload, ActorRole]]
) -> None:
    state = goal_of([first, *then])

    for release in RELEASES:
        assert what_comes_back(there_and_back(state, release)) == what_comes_back(state)


@given(values(Imported))
def test_any_imported_goal_comes_back_as_it_went_out(data: Imported) -> None:
    state = goal_of([(data, "system")])

    for release in RELEASES:
        assert what_comes_back(there_and_back(state, release)) == what_comes_back(state)


def sample_goals() -> Iterator[tuple[str, list[RecordedEvent]]]:
    by_patient = defaultdict(list)
    for each in recorded(northside(TODAY)):
        by_patient[each.goal_id.patient].append(each)
    yield from by_patient.items()


@pytest.mark.parametrize("release", RELEASES)
def test_the_sample_clinic_comes_back_whole(release: Release) -> None:
    for patient, events in sample_goals():
        history = history_of(events)
        exported = document(*history.resources(release))

        returned = submitted(planned(exported))

        for goal in history.goals:
            assert what_comes_back(folded(returned, patient, goal.goal)) == what_comes_back(goal)


def test_a_goal_that_came_back_goes_out_again_as_it_was() -> None:
    for _, events in sample_goals():
        for goal in history_of(events).goals:
            once = there_and_back(goal, "R4")
            assert what_comes_back(there_and_back(once, "R4")) == what_comes_back(once)


def test_a_supported_goal_is_imported_before_the_one_that_supports_it() -> None:
    above = goal_of([(values_of(horizon="long_term"), "patient")])
    below = above.model_copy(update={"goal": "a-first", "supports": "goal_1", "horizon": "short_term"})

    events = submitted(planned(document(*written(below, "R4"), *written(above, "R4"))))

    assert [each.goal_id.goal for each in events] == ["goal_1", "a-first"]


# -------------------------------------------------------------------------------------------- in, then out


@pytest.mark.parametrize("release", RELEASES)
def test_every_real_goal_goes_out_with_what_the_mapping_names(shared_data: Path, release: Release) -> None:
    seen = 0
    for file in sorted((shared_data / "fhir").glob("*.json")):
        try:
            read = read_document(file)
        except RefusedFile:
            continue
        for found in read.goals:
            seen += 1
            goal = out_of(found, read, release)
            assert named(goal) == named(found.resource)
            assert {"system": "urn:fhir:Goal", "value": found.reference} in goal["identifier"]
    assert seen == 19


def out_of(found: Found, read: Document, release: Release) -> Json:
    mapped = map_goal(found, read, {})
    goal_id = GoalId("org", mapped.patient.token, mapped.goal)
    state = fold_goals(recorded([event(goal_id, mapped.payload, role="system")]))
    assert state is not None
    return write_goal(state, release)


def named(goal: Json) -> dict[str, Any]:  # Any: JSON, to compare
    """The elements that the mapping names, in one form for both sides.

    What a code says is kept in words, a strict comparator as a loose one, and nobody is referred to by their name;
    each of these the import says itself. An active goal is in progress, whether that was said or not.
    """
    targets = [_target(each) for each in goal.get("target", [])]
    speaker = goal.get("expressedBy") or goal.get("source")
    achievement = goal.get("achievementStatus", {}).get("coding", [{}])[0].get("code")
    identifiers = [(each.get("system"), each["value"]) for each in goal.get("identifier", [])]
    ours = ("urn:cairn:goal", "urn:fhir:Goal")
    return {
        "lifecycleStatus": goal["lifecycleStatus"],
        "achievementStatus": "in-progress" if goal["lifecycleStatus"] == "active" else achievement,
        "description": goal["description"]["text"],
        "startDate": goal.get("startDate"),
        "statusDate": goal.get("statusDate"),
        "statusReason": goal.get("statusReason"),
        "target": targets,
        "identifier": [each for each in identifiers if each[0] not in ours],
        "speaker": _who(speaker, goal) if speaker else None,
        "scale": {_level(each): _text(each) for each in goal.get("extension", []) if each["url"].endswith("scaling")},
    }


def _target(target: Json) -> Json:
    said = dict(target)
    measure = said.get("measure", {})
    if measure:
        said["measure"] = measure.get("text") or measure["coding"][0]["display"]
    for name in ("detailQuantity", "detailRange"):
        if name in said:
            ends = [said[name]] if name == "detailQuantity" else [said[name]["low"], said[name]["high"]]
            said[name] = [(each["value"], each["unit"], each.get("comparator", "").rstrip("=")) for each in ends]
    return said


def _who(reference: Json, goal: Json) -> str:
    subject = goal["subject"].get("reference")
    if reference.get("reference") == subject:
        return "the patient"
    return str(reference.get("reference") or f"{reference['type']}/{reference['identifier']['value']}")


def _level(scaling: Json) -> str:
    return str(next(each["valueCoding"]["code"] for each in scaling["extension"] if each["url"] == "level"))


def _text(scaling: Json) -> str:
    return str(next(each["valueString"] for each in scaling["extension"] if each["url"] != "level"))


def values_of(**fields: object) -> Proposed:
    return Proposed.model_validate(
        {"statement": "Live at home again", "kind": "outcome", "horizon": "short_term", **fields}
    )
