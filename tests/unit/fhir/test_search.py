"""A FHIR search over resources: what its parameters mean together, in which order and on which page."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from events.goal import types as g
from events.identity import GoalId
from services.fhir.outgoing.elements import Json
from services.fhir.outgoing.patient import PatientHistory, ResourceType, history_of
from services.fhir.outgoing.search.finding import Page, find
from services.fhir.outgoing.search.including import included
from services.fhir.outgoing.search.query import InvalidSearch, read_query
from tests.builders import active_goal, entry, event, gas, proposed, recorded

STATUS = "http://hl7.org/fhir/goal-status"
NOW = datetime(2026, 3, 11, tzinfo=UTC)
WALK, SING, COOK = (GoalId("northside", "pt-1", name) for name in ("walk", "sing", "cook_it"))
SCALE = g.Changes(gas=gas(baseline=-2), due=date(2026, 4, 1))


def clinic() -> PatientHistory:
    """One patient: walk is active with two scores, sing on hold, cook_it proposed without a target."""
    return history_of(
        recorded(
            [
                *active_goal(WALK),
                *active_goal(SING)[1:],
                event(COOK, proposed(life_area="health")),
                event(
                    WALK, g.Revised(changes=g.Changes(gas=gas(baseline=-2), due=date(2026, 4, 1)), reason="clinical")
                ),
                event(WALK, entry("e1", date(2026, 3, 2), level=-1)),
                event(WALK, entry("e2", date(2026, 3, 3), mood=5)),
                event(SING, g.Held(reason="No voice"), role="clinician", actor="c1"),
                event(SING, g.Revised(changes=g.Changes(due=date(2027, 1, 1)), reason="too_hard")),
            ]
        )
    )


def searched(resource: ResourceType, *given: tuple[str, str], lenient: bool = False) -> Page:
    query = read_query(resource, [("patient", "northside.pt-1"), *given], lenient=lenient)
    return find(clinic().resources_of(resource, "R4"), query, NOW)


def names(page: Page) -> list[str]:
    return [each["id"].removeprefix("northside.pt-1.") for each in page.resources]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([("lifecycle-status", "active")], ["walk"]),
        ([("lifecycle-status", f"{STATUS}|active")], ["walk"]),
        ([("lifecycle-status", "|active")], ["walk"]),
        ([("lifecycle-status", f"{STATUS}|")], ["cook..it", "sing", "walk"]),
        ([("lifecycle-status", "urn:other|active")], []),
        ([("lifecycle-status", "active,on-hold")], ["sing", "walk"]),
        ([("lifecycle-status", "active"), ("lifecycle-status", "on-hold")], []),
        ([("lifecycle-status", "active,on-hold"), ("lifecycle-status", "on-hold,proposed")], ["sing"]),
        ([("lifecycle-status:not", "active")], ["cook..it", "sing"]),
        ([("lifecycle-status:not", "active,on-hold")], ["cook..it"]),
        ([("achievement-status", "improving")], ["walk"]),
        ([("achievement-status:missing", "true")], ["cook..it"]),
        ([("category", "urn:cairn:fhir:life-area|health")], ["cook..it"]),
        ([("identifier", "urn:cairn:goal|northside.pt-1.cook_it")], ["cook..it"]),
        ([("_id", "northside.pt-1.walk,northside.pt-1.sing")], ["sing", "walk"]),
        ([("target-date", "ge2027")], ["sing"]),
        ([("target-date", "lt2027"), ("target-date", "ge2026")], ["walk"]),
        ([("target-date:missing", "true")], ["cook..it"]),
        ([("start-date", "2026")], ["sing", "walk"]),
        ([("start-date", "gt2026")], []),
        ([("_lastUpdated", "gt2100")], []),
        ([("_lastUpdated", "ge2026-01-01T00:00:00Z"), ("_lastUpdated", "lt2100")], ["cook..it", "sing", "walk"]),
        ([("_security:missing", "true")], ["cook..it", "sing", "walk"]),
        ([("lifecycle-status", "")], ["cook..it", "sing", "walk"]),  # an empty parameter asks for nothing
    ],
)
def test_goals_are_found_by_every_parameter_alternatives_by_comma_conditions_by_repetition(
    given: Sequence[tuple[str, str]], found: list[str]
) -> None:
    page = searched("Goal", *given)

    assert names(page) == found
    assert page.total == len(found)


@pytest.mark.parametrize(
    ("resource", "given", "found"),
    [
        ("Observation", ("code", "http://loinc.org|107334-5"), ["walk.5"]),
        ("Observation", ("code", "http://loinc.org|"), ["walk.baseline", "walk.5"]),
        ("Observation", ("date", "ge2026-03-03"), ["walk.6"]),
        (
            "Observation",
            ("status", "http://hl7.org/fhir/observation-status|final"),
            ["walk.baseline", "walk.5", "walk.6"],
        ),
        ("Observation", ("focus", "Goal/northside.pt-1.walk"), ["walk.baseline", "walk.5", "walk.6"]),
        ("CarePlan", ("goal", "Goal/northside.pt-1.walk"), ["plan"]),
        ("CarePlan", ("status", "|active"), ["plan"]),
        ("CarePlan", ("status", "completed"), []),
        ("CarePlan", ("date", "gt2100"), ["plan"]),  # a period without an end goes on
        ("Provenance", ("target", "Goal/northside.pt-1.walk/_history/1"), ["walk.1"]),
        ("Provenance", ("target", "CarePlan/northside.pt-1.plan"), ["plan.1"]),
    ],
)
def test_so_are_the_others(resource: ResourceType, given: tuple[str, str], found: list[str]) -> None:
    assert names(searched(resource, given)) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("_id", ["cook..it", "sing", "walk"]),
        ("-_id", ["walk", "sing", "cook..it"]),
        ("target-date", ["walk", "sing", "cook..it"]),
        ("-target-date", ["sing", "walk", "cook..it"]),  # without one: last, in both directions
        ("-lifecycle-status", ["cook..it", "sing", "walk"]),
        ("start-date,-_id", ["walk", "sing", "cook..it"]),
        ("-_lastUpdated", ["sing", "walk", "cook..it"]),
    ],
)
def test_what_is_found_is_sorted_and_pages_keep_the_order(sort: str, found: list[str]) -> None:
    assert names(searched("Goal", ("_sort", sort))) == found

    paged: list[str] = []
    after: list[tuple[str, str]] = []
    while len(paged) <= len(found):
        page = searched("Goal", ("_sort", sort), ("_count", "1"), *after)
        assert page.total == 3
        paged += names(page)
        if page.next is None:
            break
        after = [("_after", page.next)]
    assert paged == found


def test_a_page_begins_behind_a_place_also_when_what_stood_there_is_gone() -> None:
    first = searched("Goal", ("_count", "1"))
    assert names(first) == ["cook..it"]

    then = searched("Goal", ("_count", "1"), ("_after", first.next or ""), ("lifecycle-status:not", "proposed"))

    assert names(then) == ["sing"]


@pytest.mark.parametrize("given", [("_count", "0"), ("_summary", "count")])
def test_the_number_alone_is_given_when_it_is_asked_for(given: tuple[str, str]) -> None:
    assert searched("Goal", given) == Page([], 3, None)


def test_no_more_than_a_pages_worth_is_given_whatever_is_asked_for() -> None:
    query = read_query("Goal", [("_count", "100000")])

    assert query.count == 500
    assert query.applied == (("_count", "500"),)


@pytest.mark.parametrize(
    "given",
    [
        ("mood", "good"),
        ("patient.name", "Ann"),
        ("_has:Observation:focus:code", "x"),
        ("_sort", "mood"),
        ("_sort", "patient"),
        ("_summary", "text"),
        ("_include", "Goal:addresses"),
        ("_revinclude", "Task:focus"),
    ],
)
def test_what_is_not_known_is_refused_or_left_out_and_named(given: tuple[str, str]) -> None:
    with pytest.raises(InvalidSearch) as refused:
        read_query("Goal", [given])
    assert refused.value.parameter == given[0]

    query = read_query("Goal", [("_id", "a.b.c"), given], lenient=True)
    assert query.applied == (("_id", "a.b.c"),)
    assert [name for name, _ in query.ignored] == [given[0]]


@pytest.mark.parametrize(
    "given",
    [
        [("lifecycle-status:exact", "active")],
        [("target-date:not", "2026")],
        [("target-date", "next week")],
        [("target-date", "2026-02-30")],
        [("_count", "many")],
        [("_count", "-1")],
        [("_count", "1"), ("_count", "2")],
        [("_sort", "_id"), ("_sort", "start-date")],
        [("_total", "roughly")],
        [("category:missing", "perhaps")],
        [("_id", ",".join(map(str, range(101))))],
    ],
)
def test_a_known_parameter_with_what_cannot_be_is_refused_also_by_lenience(given: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidSearch):
        read_query("Goal", given, lenient=True)


@pytest.mark.parametrize("after", ["gone", "W10", "WzFd", "e30", "W1tdXQ", "é"])
def test_what_is_no_place_in_the_list_is_refused(after: str) -> None:
    with pytest.raises(InvalidSearch):
        searched("Goal", ("_after", after))


@pytest.mark.parametrize(
    ("resource", "given", "kinds"),
    [
        ("Goal", ("_include", "Goal:patient"), {"Patient": 1}),
        ("Goal", ("_include", "Goal:subject:Patient"), {"Patient": 1}),
        ("Goal", ("_include", "*"), {"Patient": 1}),
        ("Goal", ("_revinclude", "Observation:focus"), {"Observation": 3}),
        ("Goal", ("_revinclude", "CarePlan:goal"), {"CarePlan": 1}),
        ("Provenance", ("_include", "Provenance:target:CarePlan"), {"CarePlan": 1}),
        ("CarePlan", ("_include", "CarePlan:goal"), {"Goal": 3}),
        ("Patient", ("_revinclude", "Goal:patient"), {"Goal": 3}),
    ],
)
def test_what_refers_and_what_is_referred_to_is_brought_along_once(
    resource: ResourceType, given: tuple[str, str], kinds: dict[str, int]
) -> None:
    history = clinic()

    def pool(kind: ResourceType) -> list[Json]:
        return [*history.resources_of(kind, "R4")]

    query = read_query(resource, [given])
    brought: list[Any] = included(find(pool(resource), query, NOW).resources, query.includes, pool)

    counted = [each["resourceType"] for each in brought]
    assert {kind: counted.count(kind) for kind in counted} == kinds


def test_the_provenance_of_a_goal_comes_with_it() -> None:
    history = clinic()
    query = read_query("Goal", [("_id", "northside.pt-1.cook..it"), ("_revinclude", "Provenance:target")])
    page = find(history.resources_of("Goal", "R4"), query, NOW)

    brought = included(page.resources, query.includes, lambda kind: history.resources_of(kind, "R4"))

    assert [each["target"][0]["reference"] for each in brought] == ["Goal/northside.pt-1.cook..it/_history/1"]


@pytest.mark.parametrize(
    ("given", "modifiers"),
    [
        ("patient:Goal", "Patient, identifier, missing"),
        ("start-date:exact", "missing"),
        ("category:text", "missing, not"),
    ],
)
def test_a_modifier_that_cannot_be_is_refused_with_those_that_can(given: str, modifiers: str) -> None:
    with pytest.raises(InvalidSearch) as refused:
        read_query("Goal", [(given, "northside.pt-1")], lenient=True)

    assert refused.value.detail == f"Its modifiers are {modifiers}."
