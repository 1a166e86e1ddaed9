"""The published JSON Schemas say what Cairn takes: they are fresh, and agree with the models that do the checking."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import events
from events.catalog import TYPES, Json, decode, encode, json_schema
from events.envelope import structured, to_cloudevent
from events.errors import Rejected
from events.identity import PLAN
from events.json_schemas import ENVELOPE, OUTCOME, published_schema, published_schemas
from events.json_schemas import SCHEMAS as NAMES
from events.outcome import OutcomeError, OutcomeEvent, RecordedOutcome, RejectedOutcome, encode_outcome
from events.payload import Payload
from events.plan.types import PlanPayload
from tests.builders import active_goal, recorded
from tests.strategies import payloads

SCHEMAS = Path(events.__file__).parent / "schemas"
PROPOSAL = {"statement": "x", "kind": "process", "horizon": "short_term"}
ENTRY = {"entry": "e1", "on": "2026-03-02"}
EXTERNAL = [{"system": "ehr", "value": "1"}]
MEASURE = {"what": "groups"}


def fits(schema: Json, document: object) -> bool:
    """Whether a validator that knows nothing of Cairn accepts the document."""
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).is_valid(document)


KEYWORDS = frozenset(
    {
        *("$schema", "$id", "$ref", "$defs", "title", "description", "default", "examples"),
        *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMaximum", "contentEncoding", "contentMediaType"),
        *("properties", "propertyNames", "additionalProperties", "required", "items", "minItems", "maxItems"),
        *("anyOf", "oneOf"),
    }
)
_BY_NAME = frozenset({"properties", "$defs"})


def keywords(schema: object) -> Iterator[str]:
    """The words with which a schema says something, those of its subschemas among them."""
    if isinstance(schema, list):
        yield from chain.from_iterable(map(keywords, schema))
    if isinstance(schema, dict):
        yield from schema
        for name, value in schema.items():
            if name not in ("default", "const", "enum", "examples"):
                yield from keywords(list(value.values()) if name in _BY_NAME else value)


def taken(type_name: str, document: object) -> bool:
    """Whether Cairn itself does."""
    try:
        decode(type_name, json.dumps(document), PLAN if issubclass(TYPES[type_name], PlanPayload) else "walk")
    except Rejected:
        return False
    return True


def test_the_published_files_are_what_the_models_say() -> None:
    """`cairn schemas write` brings them up to date."""
    files = {path.stem: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}

    assert files == published_schemas()


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_json_schema_of_2020_12_with_an_id_of_its_own(name: str) -> None:
    schema = published_schema(name)

    Draft202012Validator.check_schema(schema)
    assert (schema["$id"], schema["title"]) == (f"urn:cairn:schema:{name}", name)


@pytest.mark.parametrize("name", NAMES)
def test_each_says_all_in_words_of_json_schema(name: str) -> None:
    """A validator passes over a word that it does not know, and with it over what the word should have forbidden."""
    assert set(keywords(published_schema(name))) <= KEYWORDS


@given(st.data())
@pytest.mark.parametrize("payload", TYPES.values(), ids=lambda payload: payload.type_name)
def test_whatever_cairn_records_fits_its_schema(payload: type[Payload], data: st.DataObject) -> None:
    document = json.loads(encode(data.draw(payloads(payload))))

    assert fits(json_schema(payload.type_name), document)


GOOD: list[tuple[str, Json]] = [
    ("goal.proposed", PROPOSAL),
    ("goal.proposed", {**PROPOSAL, "smart": {"measure": {**MEASURE, "target": 3.5, "per": "week"}, "for_weeks": 4}}),
    ("goal.proposed", {**PROPOSAL, "smart": {"measure": {**MEASURE, "target": {"low": 3}}, "due": "2026-04-01"}}),
    ("goal.proposed", {**PROPOSAL, "smart": {"measure": {**MEASURE, "target": True}}}),
    ("goal.proposed", {**PROPOSAL, "gas": {"levels": {"-2": "a", "0": "b"}, "importance": 3}, "relevance": None}),
    ("goal.imported", {"statement": "x", "status": "closed", "outcome": "achieved", "external": EXTERNAL}),
    ("goal.revised", {"changes": {"due": None, "wording": "y"}, "reason": "too_hard", "review": 812}),
    ("goal.progress_logged", {**ENTRY, "mood": 10, "level": -2, "value": 0.5}),
    ("goal.reviewed", {"on": "2026-03-02", "participants": ["patient", "clinician"], "decision": "keep"}),
    ("goal.activated", {"override": {"reason": "Court date"}}),
    ("plan.opened", {"reasons": [{"text": "x", "whose": "court"}], "clinician": "c1", "active_goal_limit": 5}),
    ("plan.amended", {"accommodations": [], "reason": "x"}),
    ("plan.priorities_ranked", {"priorities": [{"id": "a", "text": "x", "rank": 1}]}),
    ("plan.measured", {"instrument": "k10", "score": 50, "on": "2026-03-02"}),
]
BAD: list[tuple[str, object]] = [
    ("goal.proposed", {}),
    ("goal.proposed", []),
    ("goal.proposed", "x"),
    ("goal.proposed", {**PROPOSAL, "statement": 5}),
    ("goal.proposed", {**PROPOSAL, "statement": "x" * 4001}),
    ("goal.proposed", {**PROPOSAL, "statement": None}),
    ("goal.proposed", {**PROPOSAL, "kind": "both"}),
    ("goal.proposed", {**PROPOSAL, "wish": "x"}),
    ("goal.proposed", {**PROPOSAL, "priority": "a b"}),
    ("goal.proposed", {**PROPOSAL, "relevance": 11}),
    ("goal.proposed", {**PROPOSAL, "relevance": "7"}),
    ("goal.proposed", {**PROPOSAL, "interventions": ["x"] * 21}),
    ("goal.proposed", {**PROPOSAL, "smart": {"measure": {**MEASURE, "target": "3"}}}),
    ("goal.proposed", {**PROPOSAL, "smart": {"measure": {**MEASURE, "target": False}}}),
    ("goal.proposed", {**PROPOSAL, "smart": {"measure": {**MEASURE, "per": "year"}}}),
    ("goal.proposed", {**PROPOSAL, "smart": {"due": "2026-02-30"}}),
    ("goal.proposed", {**PROPOSAL, "smart": {"due": "tomorrow"}}),
    ("goal.proposed", {**PROPOSAL, "smart": {"for_weeks": 0}}),
    ("goal.proposed", {**PROPOSAL, "gas": {"levels": {"3": "x"}}}),
    ("goal.proposed", {**PROPOSAL, "gas": {"levels": {"0": "x"}, "difficulty": 4}}),
    ("goal.imported", {"statement": "x", "status": "active", "external": []}),
    ("goal.revised", {"changes": {"statement": "y"}, "reason": "too_hard"}),
    ("goal.revised", {"changes": {"wording": "y"}, "reason": "failure"}),
    ("goal.progress_logged", {**ENTRY, "mood": 0}),
    ("goal.progress_logged", {**ENTRY, "mood": 11}),
    ("goal.progress_logged", {**ENTRY, "level": 3}),
    ("goal.progress_logged", {**ENTRY, "done": "yes"}),
    ("goal.progress_logged", {**ENTRY, "value": 1e13}),
    ("goal.reviewed", {"on": "2026-03-02", "participants": [], "decision": "keep"}),
    ("goal.reviewed", {"on": "2026-03-02", "participants": ["friend"], "decision": "keep"}),
    ("goal.held", {}),
    ("plan.opened", {"reasons": [], "clinician": "c1", "active_goal_limit": 6}),
    ("plan.opened", {"reasons": [], "clinician": "c1", "review_every_days": 0}),
    ("plan.amended", {"clinician": "c2"}),
    ("plan.priorities_ranked", {"priorities": []}),
    ("plan.measured", {"instrument": "gad7", "score": 5, "on": "2026-03-02"}),
]
BEYOND_SCHEMAS: list[tuple[str, Json]] = [
    ("goal.proposed", {**PROPOSAL, "statement": " "}),
    ("goal.proposed", {**PROPOSAL, "statement": "a\x00b"}),
    ("goal.proposed", {**PROPOSAL, "relevance": 7.0}),
    ("goal.proposed", {**PROPOSAL, "smart": {"due": "2026-04-01", "for_weeks": 4}}),
    ("goal.proposed", {**PROPOSAL, "gas": {"levels": {"0": "x", "1": "X"}}}),
    ("goal.imported", {"statement": "x", "status": "closed", "external": EXTERNAL}),
    ("goal.revised", {"changes": {}, "reason": "too_hard"}),
    ("goal.progress_logged", ENTRY),
    ("plan.opened", {"reasons": [], "clinician": "c1", "time_zone": "Mars/Olympus"}),
    ("plan.measured", {"instrument": "k10", "score": 9, "on": "2026-03-02"}),
]
"""What a schema cannot say, so that only Cairn's answer tells."""


def _named(documents: list[tuple[str, Json]] | list[tuple[str, object]]) -> list[str]:
    return [f"{name}-{number}" for number, (name, _) in enumerate(documents)]


@pytest.mark.parametrize(("name", "document"), GOOD, ids=_named(GOOD))
def test_both_accept_what_is_right(name: str, document: Json) -> None:
    type_name = f"cairn.{name}.v1"

    assert (fits(json_schema(type_name), document), taken(type_name, document)) == (True, True)


@pytest.mark.parametrize(("name", "document"), BAD, ids=_named(BAD))
def test_both_refuse_what_is_wrong(name: str, document: object) -> None:
    type_name = f"cairn.{name}.v1"

    assert (fits(json_schema(type_name), document), taken(type_name, document)) == (False, False)


@pytest.mark.parametrize(("name", "document"), BEYOND_SCHEMAS, ids=_named(BEYOND_SCHEMAS))
def test_cairn_is_never_laxer_than_its_schema(name: str, document: Json) -> None:
    type_name = f"cairn.{name}.v1"

    assert (fits(json_schema(type_name), document), taken(type_name, document)) == (True, False)


def test_the_envelopes_schema_fits_what_is_offered_and_what_is_read_back() -> None:
    envelope = published_schema(ENVELOPE)

    for each in recorded(active_goal()):
        assert fits(envelope, structured(each.event))
        assert fits(envelope, {**structured(each.event), "flag": True, "rank": 7, "datacontenttype": "text/json"})
        assert fits(envelope, to_cloudevent(each))


@pytest.mark.parametrize(
    "wrong",
    [
        {"specversion": "0.3"},
        {"id": ""},
        {"type": "goal.proposed"},
        {"subject": "a.b"},
        {"subject": "a.b.c d"},
        {"actorrole": "doctor"},
        {"expectedversion": -1},
        {"data": []},
        {"datacontenttype": "text/plain"},
        {"Extension": "x"},
        {"rank": 2**31},
        {"rank": 0.5},
    ],
    ids=str,
)
def test_the_envelopes_schema_refuses_what_cairn_refuses(wrong: Json) -> None:
    offered = structured(active_goal()[0])

    assert not fits(published_schema(ENVELOPE), {**offered, **wrong})


def test_the_outcomes_schema_fits_every_answer() -> None:
    recorded_once = RecordedOutcome(
        duplicate=True, events=(OutcomeEvent(type="cairn.goal.held.v1", position=812, version=9),), notes=("So.",)
    )
    rejected = RejectedOutcome(
        code="goal.vague", detail="No.", errors=(OutcomeError(field="smart.due", detail="Needed."),), version=0
    )

    for answer in (recorded_once, rejected, RejectedOutcome(code="log.busy", detail="Later.")):
        assert fits(published_schema(OUTCOME), json.loads(encode_outcome(answer)))
    assert not fits(published_schema(OUTCOME), {"status": "lost"})
