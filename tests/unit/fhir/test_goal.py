"""A FHIR Goal as `cairn.goal.imported.v1`: what is taken over, and what is named as left out."""

from datetime import UTC, date, datetime

import pytest

from events.goal.types import Imported
from events.vocabulary import External
from services.fhir.incoming.refusal import Json, RefusedResource
from services.fhir.vocabulary import SECURITY
from tests.unit.fhir.resources import coded, goal, mapped

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
def test_a_date_in_the_year_1_is_left_out_by_name(element: str) -> None:
    taken = mapped(goal(**{element: "0001-01-01"}))

    assert (taken.payload.started_on, taken.payload.status_on, taken.dates) == (None, None, ())
    assert taken.left_out == (f"{element}: 0001-01-01, which is no date of a goal",)


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
