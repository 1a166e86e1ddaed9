"""The samples of the documentation: one of each type that can be submitted, and each is recorded."""

import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from events import samples
from events.catalog import TYPES, encode, json_schema
from events.samples import has_sample, patient_of, sample_of
from services.access.policy import SUBMITTED, roles_acting_in
from tests.clinic import Clinic

SUBMITTABLE = frozenset[str]().union(*SUBMITTED.values())
TODAY = date(2026, 11, 29)


def test_there_is_one_of_each_type_that_anybody_may_submit() -> None:
    assert {name for name in TYPES if has_sample(name)} == SUBMITTABLE


@pytest.mark.parametrize("name", sorted(SUBMITTABLE))
def test_it_is_recorded_after_what_comes_before_it(name: str) -> None:
    event, before = sample_of(name)

    recorded = [each.event.data for each in Clinic([*before, event], TODAY).recorded]

    assert event.type_name == name
    assert event.data in recorded


@pytest.mark.parametrize("name", sorted(SUBMITTABLE))
def test_it_fits_its_schema_and_its_actor_may_say_it(name: str) -> None:
    event, _ = sample_of(name)

    Draft202012Validator(json_schema(name)).validate(json.loads(encode(event.data)))
    assert event.actor.role in roles_acting_in(name)


def test_what_comes_before_it_is_told_once_and_in_its_order() -> None:
    for name in sorted(SUBMITTABLE):
        _, before = sample_of(name)
        assert len({each.id for each in before}) == len(before), name
        assert [each.time for each in before] == sorted(each.time for each in before), name


def test_each_is_about_a_patient_of_its_own() -> None:
    assert len({sample_of(name).event.goal_id.patient for name in SUBMITTABLE}) == len(SUBMITTABLE)
    assert patient_of("cairn.goal.progress_logged.v1") == "pt-goal-progress-logged"


def test_another_patient_may_be_named() -> None:
    event, before = sample_of("cairn.goal.contested.v1", "p1")

    assert {each.goal_id.patient for each in (event, *before)} == {"p1"}
    assert event.actor.id == "p1"


def test_the_story_has_each_type_once() -> None:
    assert len(samples._STEPS) == len(samples._STORY)
