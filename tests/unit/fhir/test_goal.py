"""A FHIR Goal as `cairn.goal.imported.v1`: what is taken over, and what is named as left out."""

from datetime import UTC, date, datetime

import pytest
from pydantic_core import to_json

from events.goal.types import Imported
from events.vocabulary import External
from services.fhir.incoming.documents import document_of
from services.fhir.incoming.goal import map_goal
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.vocabulary import SECURITY
from tests.unit.fhir.resources import bundle, coded, goal, mapped

ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"
CATEGORY = "http://terminology.hl7.org/CodeSystem/goal-category"


def test_the_least_that_a_goal_can_say_is_enough() -> None:
    assert mapped(goal()).payload == Imported(
        statement="Walk every day", status="active", external=(External(system="urn:fhir:Goal", value="Goal/g1"),)
    )


def test_the_words_are_kept_as_they_are() -> None:
    text = "  I want my kids back —\r\n\tand to sleep.  "

    assert mapped(goal(description={"text": text})).payload.statement == text


def test_a_description_that_is_only_coded_goes_by_its_display() -> None:
    assert mapped(goal(description=coded("1", "urn:x", display="Walks"))).payload.statement == "Walks"


def test_a_description_without_words_refuses_the_goal() -> None:
    with pytest.raises(RefusedResource) as refused:
        mapped(goal(description=coded("1", "urn:x")))

    assert refused.value.path == "description"


def test_dates_and_reason_are_taken_over() -> None:
    payload = mapped(goal(startDate="2026-01-05", statusDate="2026-02-14", statusReason="After the honeymoon.")).payload

    assert (payload.started_on, payload.status_on) == (date(2026, 1, 5), date(2026, 2, 14))
    assert payload.reason == "After the honeymoon."


def test_a_date_without_its_day_is_not_made_up() -> None:
    taken = mapped(goal(startDate="2026", statusDate="2026-02"))

    assert (taken.payload.started_on, taken.payload.status_on) == (None, None)
    assert taken.left_out == ("startDate: 2026, which names no day", "statusDate: 2026-02, which names no day")


@pytest.mark.parametrize("element", ["startDate", "statusDate"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_date_that_stands_for_none_is_left_out_by_name(element: str, day: str) -> None:
    taken = mapped(goal(**{element: day}))

    assert (taken.payload.started_on, taken.payload.status_on, taken.dates) == (None, None, ())
    assert taken.left_out == (f"{element}: {day}, which is no date of a goal",)


def test_a_leap_second_is_the_end_of_its_day() -> None:
    assert mapped(goal(meta={"lastUpdated": "2016-12-31T23:59:60Z"})).dates == (
        datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"startDate": 0}, "startDate"),
        ({"startDate": 1772452800}, "startDate"),
        ({"meta": {"lastUpdated": 1772452800}}, "meta.lastUpdated"),
        ({"target": [{"measure": {"text": "walks"}, "detailInteger": True}]}, "target[0].detailInteger"),
        ({"target": [{"measure": {"text": "walks"}, "detailBoolean": 1}]}, "target[0].detailBoolean"),
    ],
)
def test_a_value_of_another_kind_is_refused_and_not_guessed(fields: Json, path: str) -> None:
    with pytest.raises(RefusedResource) as refused:
        mapped(goal(**fields))

    assert refused.value.path == path


@pytest.mark.parametrize(
    ("once", "twice", "path"),
    [
        ('"id":"g1"', '"id":"g0","id":"g1"', "id"),
        ('"text":"Walk every day"', '"text":"Walk","t\\u0065xt":"Swim"', "description.text"),
    ],
)
def test_a_name_that_stands_twice_refuses_the_goal_and_no_other(once: str, twice: str, path: str) -> None:
    content = to_json(bundle(goal(), goal(id="g2", description={"text": "Swim"}))).decode().replace(once, twice)

    read = document_of("file.json", content.encode())

    assert [map_goal(each, read, {}).goal for each in read.goals[1:]] == ["g2"]
    with pytest.raises(RefusedResource, match="twice") as refused:
        map_goal(read.goals[0], read, {})
    assert refused.value.path == path


def test_what_an_event_cannot_hold_is_named_as_the_field_that_it_is() -> None:
    huge = {"measure": {"text": "walks"}, "detailQuantity": {"value": 12345678901234567890}}

    with pytest.raises(RefusedResource) as refused:
        mapped(goal(target=[huge]))

    assert refused.value.detail.startswith("Cairn's target cannot hold what it says. It must be ")


def test_an_update_in_the_year_1_is_left_out_by_name() -> None:
    taken = mapped(goal(meta={"lastUpdated": "0001-01-01T00:00:00Z"}))

    assert taken.dates == ()
    assert taken.left_out == ("meta.lastUpdated: 0001-01-01 00:00:00+00:00, which is no date of a goal",)


TRANSLATION = {"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": []}


@pytest.mark.parametrize(
    ("fields", "left_out"),
    [
        ({"description": {"text": "Dormir", "_text": {"extension": [TRANSLATION]}}}, "description._text"),
        ({"description": {"text": "Dormir", "extension": [TRANSLATION]}}, "description.extension"),
        ({"_startDate": {"extension": [TRANSLATION]}}, "_startDate"),
        ({"identifier": [{"value": "1", "period": {"start": "2026"}}]}, "identifier[0].period"),
        ({"subject": {"reference": "Patient/p1", "extension": [TRANSLATION]}}, "subject.extension"),
        (
            {"target": [{"measure": {"text": "walks", "_text": {"extension": [TRANSLATION]}}}]},
            "target[0].measure._text",
        ),
        (
            {"target": [{"measure": {"text": "walks"}, "detailQuantity": {"value": 3, "extension": [TRANSLATION]}}]},
            "target[0].detailQuantity.extension",
        ),
        (
            {"target": [{"measure": {"text": "walks"}, "_dueDate": {"extension": [TRANSLATION]}}]},
            "target[0]._dueDate",
        ),
        (
            {"achievementStatus": {**coded("in-progress", ACHIEVEMENT, display="In Progress"), "text": "Nearly there"}},
            "achievementStatus.text",
        ),
        (
            {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/goal-acceptance",
                        "extension": [
                            {"url": "individual", "valueReference": {"reference": "Patient/p1"}},
                            {"url": "status", "valueCode": "agree"},
                            {"url": "priority", "valueCodeableConcept": {"text": "high"}},
                        ],
                    }
                ]
            },
            "extension[0].priority",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_lost_within_an_element_is_named(fields: Json, left_out: str) -> None:
    assert mapped(goal(**fields)).left_out == (left_out,)


def test_identifiers_are_kept_beside_the_reference() -> None:
    identifiers = [{"system": "urn:ehr", "value": "4711"}, {"value": "123"}, {"system": "urn:empty"}]

    taken = mapped(goal(identifier=identifiers))

    assert [(each.system, each.value) for each in taken.payload.external] == [
        ("urn:fhir:Goal", "Goal/g1"),
        ("urn:ehr", "4711"),
        ("urn:fhir:Goal.identifier", "123"),
    ]
    assert taken.left_out == ("identifier[2]",)


@pytest.mark.parametrize(
    ("categories", "area", "left_out"),
    [
        ([coded("dietary", CATEGORY)], "health", ()),
        ([coded("behavioral", CATEGORY)], None, ("category[0]",)),
        ([coded("behavioral", CATEGORY), coded("dietary", CATEGORY)], "health", ("category[0]",)),
        ([{"text": "family"}], None, ("category[0]",)),
    ],
    ids=["certain", "uncertain", "one of two", "words"],
)
def test_a_category_is_a_life_area_only_where_there_is_no_doubt(
    categories: list[Json], area: str | None, left_out: tuple[str, ...]
) -> None:
    taken = mapped(goal(category=categories))

    assert (taken.payload.life_area, taken.left_out) == (area, left_out)


def test_whatever_has_no_place_is_named() -> None:
    taken = mapped(
        goal(
            meta={"versionId": "3", "lastUpdated": "2026-01-05T10:00:00Z", "profile": ["urn:p"]},
            text={"status": "generated", "div": "<div/>"},
            priority={"text": "high"},
            note=[{"text": "went well"}],
            addresses=[{"display": "obesity"}],
            startCodeableConcept={"text": "admission"},
            extension=[{"url": "urn:mood", "valueString": "fine"}],
            description={"text": "Walk", "coding": [{"code": "1"}]},
        )
    )

    assert set(taken.left_out) == {
        "meta.profile",
        "text",
        "priority",
        "note",
        "addresses",
        "startCodeableConcept",
        "extension[0] (urn:mood)",
        "description.coding",
    }


def test_it_happened_when_its_status_changed_else_at_its_start_else_at_its_last_update() -> None:
    updated = {"lastUpdated": "2026-02-20T10:00:00+01:00"}

    dates = mapped(goal(statusDate="2026-02-14", startDate="2026-01-05", meta=updated)).dates

    assert dates == (
        datetime(2026, 2, 14, tzinfo=UTC),
        datetime(2026, 1, 5, tzinfo=UTC),
        datetime(2026, 2, 20, 9, tzinfo=UTC),
    )
    assert mapped(goal()).dates == ()


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"description": None}, "description"),
        ({"description": "Walk"}, "description"),
        ({"statusReason": 7}, "statusReason"),
        ({"startDate": "2026-02-30"}, "startDate"),
        ({"target": {"dueDate": "2026-05-01"}}, "target"),
        ({"status": "active"}, "status"),
        ({"source": {"reference": "Patient/p1"}, "expressedBy": {"reference": "Patient/p1"}}, "expressedBy"),
        ({"implicitRules": "urn:rules"}, "implicitRules"),
        ({"modifierExtension": [{"url": "urn:not"}]}, "modifierExtension"),
        ({"target": [{"modifierExtension": [{"url": "urn:not"}]}]}, "target[0].modifierExtension"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value)[:60],
)
def test_what_is_no_goal_of_its_version_is_refused_with_the_place(fields: Json, path: str) -> None:
    with pytest.raises(RefusedResource) as refused:
        mapped(goal(**fields))

    assert refused.value.path == path
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize("text", ["x" * 4001, "\x00", "beep\x07", "   "])
def test_words_that_an_event_cannot_hold_refuse_the_goal_and_are_not_repeated(text: str) -> None:
    with pytest.raises(RefusedResource, match="Cairn's statement cannot hold what it says") as refused:
        mapped(goal(description={"text": text}))

    assert text not in str(refused.value)


def test_security_labels_are_kept() -> None:
    labels = [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}, {"display": "Old"}]

    taken = mapped(goal(meta={"security": labels}))

    assert External(system=SECURITY, value=f"{labels[0]['system']}|R") in taken.payload.external
    assert taken.left_out == ("meta.security[1]",)
