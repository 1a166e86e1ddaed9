"""Goal attainment scores: Observations that focus on a Goal."""

from datetime import UTC, date, datetime

import pytest

from events.goal.types import ProgressLogged
from events.vocabulary import Actor
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.incoming.scores import Score, read_score
from services.fhir.loinc import LOINC
from tests.unit.fhir.resources import bundle, coded, document, goal, score


def read(**fields: object) -> Score:
    scored = document(score(**fields))
    return read_score(scored.scores[0], scored)


def test_a_follow_up_score_is_progress_with_its_level_and_day() -> None:
    taken = read()

    assert (taken.patient.token, taken.goal, taken.kind) == ("p1", "g1", "follow_up")
    assert taken.payload == ProgressLogged(entry="s1", on=date(2026, 2, 10), level=1)
    assert taken.at == datetime(2026, 2, 10, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "level"), [("LA34479-8", 2), ("LA34480-6", 1), ("LA34481-4", 0), ("LA34483-0", -1), ("LA34484-8", -2)]
)
def test_the_answer_is_the_level(code: str, level: int) -> None:
    assert read(valueCodeableConcept=coded(code)).level == level


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("112296-9", "baseline"),
        ("107332-9", "baseline"),
        ("107334-5", "follow_up"),
        ("107333-7", "follow_up"),
        ("107331-1", "follow_up"),
    ],
)
def test_the_code_says_whether_it_is_the_baseline(code: str, kind: str) -> None:
    assert read(code=coded(code)).kind == kind


@pytest.mark.parametrize(
    ("performer", "actor"),
    [
        ([{"reference": "Patient/p1"}], Actor(id="p1", role="patient")),
        ([{"reference": "Practitioner/d1"}], Actor(id="d1", role="clinician")),
        ([{"reference": "RelatedPerson/r1"}], Actor(id="r1", role="family")),
        ([{"display": "Dr Bone"}, {"reference": "PractitionerRole/d2"}], Actor(id="d2", role="clinician")),
        ([{"reference": "Organization/o1"}], None),
        (None, None),
    ],
    ids=["patient", "practitioner", "family", "first one known", "organisation", "nobody"],
)
def test_whoever_gave_the_score_is_the_actor(performer: object, actor: Actor | None) -> None:
    assert read(performer=performer).actor == actor


def test_every_performer_but_the_actor_is_named_as_left_out() -> None:
    performers = [{"display": "Dr Bone"}, {"reference": "Patient/p1"}, {"reference": "Practitioner/d1"}]

    assert read(performer=performers).left_out == ("performer[0]", "performer[2]")


@pytest.mark.parametrize(
    ("text", "left_out"), [("A little better", ("valueCodeableConcept.text",)), ("somewhat more", ()), (None, ())]
)
def test_words_of_an_answer_that_say_more_than_its_code_are_named(text: str | None, left_out: tuple[str, ...]) -> None:
    answer = {"coding": [{"system": LOINC, "code": "LA34480-6", "display": "Somewhat more"}]}

    assert read(valueCodeableConcept={**answer, **({"text": text} if text else {})}).left_out == left_out


@pytest.mark.parametrize(
    "focus",
    [
        {"identifier": {"system": "urn:ehr:goal", "value": "G-77"}},
        {"type": "Goal", "identifier": {"system": "urn:ehr:goal", "value": "G-77"}},
        {"reference": "Goal?identifier=urn:ehr:goal%7CG-77"},
    ],
)
def test_a_goal_of_the_file_may_be_named_by_its_identifier(focus: Json) -> None:
    known = goal(id="g9", identifier=[{"system": "urn:ehr:goal", "value": "G-77"}])
    scored = document(bundle(known, score(focus=[focus])))

    assert read_score(scored.scores[0], scored).goal == "g9"
    with pytest.raises(RefusedResource):
        read(focus=[focus])


def test_a_score_of_a_period_is_that_of_its_end() -> None:
    period = {"start": "2026-02-01T08:00:00Z", "end": "2026-02-08T08:00:00Z"}

    payload = read(effectiveDateTime=None, effectivePeriod=period).payload
    assert payload is not None
    assert payload.on == date(2026, 2, 8)


def test_an_answer_that_is_not_loincs_is_refused_even_where_its_display_seems_clear() -> None:
    with pytest.raises(RefusedResource, match="“gas-expected-outcome” is none of them") as refused:
        read(valueCodeableConcept=coded("gas-expected-outcome", display="Expected outcome"))

    assert refused.value.path == "valueCodeableConcept"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"status": "preliminary"}, "status"),
        ({"id": None}, "id"),
        ({"focus": None}, "focus[0]"),
        ({"focus": [{"reference": "Goal/g1"}, {"reference": "Goal/g2"}]}, "focus"),
        ({"focus": [{"reference": "Condition/c1"}]}, "focus[0]"),
        ({"subject": None}, "subject"),
        ({"effectiveDateTime": None}, "effectiveDateTime"),
        ({"effectiveDateTime": "2026-02"}, "effectiveDateTime"),
        ({"valueCodeableConcept": None}, "valueCodeableConcept"),
        ({"valueCodeableConcept": {"coding": [{"code": "LA34479-8"}, {"code": "LA34484-8"}]}}, "valueCodeableConcept"),
        ({"valueCodeableConcept": coded("LA34479-8", "urn:other")}, "valueCodeableConcept"),
        ({"effectiveDateTime": "0001-01-01"}, "effectiveDateTime"),
        ({"valueCodeableConcept": "LA34479-8"}, "valueCodeableConcept"),
        ({"modifierExtension": [{"url": "urn:not"}]}, "modifierExtension"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value)[:60],
)
def test_a_score_that_cannot_be_relied_on_is_refused_with_the_place(fields: dict[str, object], path: str) -> None:
    with pytest.raises(RefusedResource) as refused:
        read(**fields)

    assert refused.value.path == path
    assert refused.value.detail.endswith(".")
