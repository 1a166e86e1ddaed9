"""The page of an event type: every type has its place, its fields are told in words, and all its versions are named."""

import pytest

from events import catalog
from events.catalog import TYPES, json_schema
from events.json_schemas import published_schema
from services.gateway.pages.developers.docstrings import said_by
from services.gateway.pages.developers.event_types import GROUPS, EventType, event_type, groups
from services.gateway.pages.developers.schema_tables import Field, tables_of
from services.gateway.pages.language import Language, language_of

ENGLISH, SPANISH = (language_of([code], None) for code in ("en", "es"))
BASE = "https://cairn.example"


def page(name: str, language: Language = ENGLISH) -> EventType:
    return event_type(name, published_schema(name), BASE, language)


def field(name: str, of: str, part: str = "", language: Language = ENGLISH) -> Field:
    tables = {table.name: table for table in tables_of(json_schema(of), language)}
    return next(each for each in tables[part].fields if each.name == name)


def words(found: Field) -> str:
    return "".join(piece.text for piece in found.holds)


def test_every_type_is_in_one_group_with_what_it_says() -> None:
    listed = [each for group in groups() for each in group.types]

    assert sorted(each.name for each in listed) == sorted(TYPES)
    assert len(listed) == len(TYPES) == sum(len(types) for _, types in GROUPS)
    assert all(each.says and "Attributes" not in each.says for each in listed)


@pytest.mark.parametrize(
    ("name", "of", "said"),
    [
        ("cairn.goal.revised.v1", "changes", "Changes"),
        ("cairn.goal.revised.v1", "note", "text, up to 4,000 characters"),
        ("cairn.goal.revised.v1", "review", "a whole number from 1"),
        ("cairn.goal.progress_logged.v1", "mood", "a whole number from 1 to 10"),
        ("cairn.goal.progress_logged.v1", "done", "true, or false"),
        ("cairn.goal.progress_logged.v1", "on", "a day, such as 2026-03-02"),
        ("cairn.goal.progress_logged.v1", "entry", "an id: 1 to 64 letters, digits, hyphens or underscores"),
        ("cairn.goal.progress_logged.v1", "value", "a number from -1,000,000,000,000 to 1,000,000,000,000"),
        ("cairn.goal.change_answered.v1", "answer", "one of accepted, adapted, declined"),
        ("cairn.plan.priorities_ranked.v1", "priorities", "a list of 1 to 20, each Priority"),
        ("cairn.goal.imported.v1", "agreed_by", "a list of up to 2, each one of patient, clinician"),
        (
            "cairn.plan.disclosed.v1",
            "ground",
            "Consented, or Emergency, or Research, or AuditOrEvaluation, or CourtOrder",
        ),
        ("cairn.goal.voided.v1", "position", "a whole number from 1"),
    ],
)
def test_what_a_field_may_hold_is_told_in_words(name: str, of: str, said: str) -> None:
    assert words(field(of, name)) == said


@pytest.mark.parametrize(
    ("of", "part", "said"),
    [
        ("target", "Measure", "a number from -1,000,000,000,000 to 1,000,000,000,000, or TargetRange, or true"),
        ("levels", "GasScale", "a text for each of -2, -1, 0, 1, 2"),
    ],
)
def test_so_is_what_a_value_within_it_may_hold(of: str, part: str, said: str) -> None:
    assert words(field(of, "cairn.goal.proposed.v1", part)) == said


def test_numbers_and_words_are_those_of_the_language() -> None:
    assert words(field("note", "cairn.goal.revised.v1", language=SPANISH)) == "texto de hasta 4.000 caracteres"


def test_a_field_says_whether_it_must_be_there_and_what_it_is_otherwise() -> None:
    opened = "cairn.plan.opened.v1"

    assert (field("clinician", opened).required, field("clinician", opened).usual) == (True, None)
    assert (field("time_zone", opened).required, field("time_zone", opened).usual) == (False, "UTC")
    assert field("dual_diagnosis", opened, "Program").usual == "false"
    assert field("accommodations", opened).usual is None


def test_a_table_leads_to_those_of_the_values_in_it() -> None:
    for name in TYPES:
        tables = tables_of(json_schema(name), ENGLISH)
        parts = {piece.part for table in tables for each in table.fields for piece in each.holds if piece.part}
        assert parts == {table.name for table in tables} - {""}


def test_what_a_docstring_says_of_a_field_stands_beside_it() -> None:
    assert field("until", "cairn.plan.consent_given.v1").says == "When it ends."
    said = said_by("What it is.\n\nMore\nof it.\n\nAttributes:\n    a, b: Both\n        of them.\n    c: One: two.\n")
    assert said.paragraphs == ("What it is.", "More of it.")
    assert said.fields == {"a": "Both of them.", "b": "Both of them.", "c": "One: two."}


def test_what_only_an_operator_records_is_sent_by_nobody() -> None:
    voided = page("cairn.goal.voided.v1")

    assert (voided.sent, voided.roles) == (None, ())


def test_whoever_may_send_it_is_asked_for_in_the_preparation() -> None:
    imported, held = page("cairn.goal.imported.v1").sent, page("cairn.goal.held.v1").sent

    assert imported is not None
    assert held is not None
    assert "--role system --speaks-for system --org clinic --actor ehr" in imported.preparation
    assert "--role clinician --org clinic --actor c1" in held.preparation
    assert held.preparation.startswith(f"export CAIRN_URL={BASE}\n")


def test_older_versions_are_named_before_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    current = "cairn.goal.held.v1"
    older = {"cairn.goal.held.v0b": (current, dict), "cairn.goal.held.v0a": ("cairn.goal.held.v0b", dict)}
    monkeypatch.setattr(catalog, "UPCASTS", older)

    assert page(current).versions == ["cairn.goal.held.v0a", "cairn.goal.held.v0b", current]
    assert page("cairn.goal.closed.v1").versions == ["cairn.goal.closed.v1"]
