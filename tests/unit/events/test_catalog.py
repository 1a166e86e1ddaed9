"""Type name ↔ class, older versions brought up to date, and answers that say which field is wrong."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.catalog import TYPES, UPCASTS, Json, decode, encode, payload_type
from events.errors import Rejected
from events.goal import GOAL_EVENTS
from events.goal import types as g
from events.identity import PLAN
from events.payload import Payload
from events.plan.types import PLAN_EVENTS, PlanPayload
from events.vocabulary import Measure, Smart
from tests.strategies import payloads

PROPOSED = "cairn.goal.proposed.v1"
LOGGED = "cairn.goal.progress_logged.v1"
PROPOSAL = {"statement": "x", "kind": "process", "horizon": "short_term"}
ENTRY = {"entry": "e1", "on": "2026-03-02"}


def refusal(type_name: str, body: bytes | str | Json, goal: str = "walk") -> Rejected:
    with pytest.raises(Rejected) as caught:
        decode(type_name, json.dumps(body) if isinstance(body, dict) else body, goal)
    return caught.value


def fields(rejection: Rejected) -> list[str]:
    return [error.field for error in rejection.errors]


class TestNames:
    def test_are_those_of_the_domain_with_a_version(self) -> None:
        assert len(TYPES) == len(GOAL_EVENTS) + len(PLAN_EVENTS) == 30
        for name, payload in TYPES.items():
            area = "plan" if issubclass(payload, PlanPayload) else "goal"
            assert name.startswith(f"cairn.{area}.")
            assert name.endswith(".v1")

    @pytest.mark.parametrize(
        ("name", "nearest"),
        [
            ("cairn.goal.propsed.v1", "cairn.goal.proposed.v1"),
            ("cairn.goal.proposed.v2", "cairn.goal.proposed.v1"),
            ("cairn.plan.open.v1", "cairn.plan.opened.v1"),
            ("goal.reviewed", "cairn.goal.reviewed.v1"),
        ],
    )
    def test_that_are_unknown_are_answered_with_the_nearest(self, name: str, nearest: str) -> None:
        rejection = refusal(name, {})

        assert rejection.code == "event.unknown_type"
        assert nearest in rejection.detail

    def test_that_only_the_operator_writes_are_not_suggested(self) -> None:
        assert "voided" not in refusal("cairn.goal.void.v1", {}).detail

    def test_that_resemble_nothing_are_answered_with_where_to_look(self) -> None:
        assert "cairn schemas list" in refusal("zzz", {}).detail

    @pytest.mark.parametrize("name", ["", "\x1b[31m", "x" * 100_000, "\x00", "ž"])
    def test_that_are_nonsense_are_answered_too(self, name: str) -> None:
        rejection = refusal(name, {})

        assert rejection.code == "event.unknown_type"
        assert rejection.detail.isprintable()
        assert len(rejection.detail) < 500

    def test_of_plan_events_go_with_plans_and_of_goal_events_with_goals(self) -> None:
        assert payload_type(PROPOSED, "walk") is g.Proposed
        for name, goal in ((PROPOSED, PLAN), ("cairn.plan.closed.v1", "walk")):
            with pytest.raises(Rejected) as caught:
                payload_type(name, goal)
            assert caught.value.code == "identity.mismatch"


class TestAnswers:
    @pytest.mark.parametrize(
        ("body", "field", "saying"),
        [
            ({}, "statement", "It is missing."),
            ({**PROPOSAL, "kind": "both"}, "kind", "'process' or 'outcome'"),
            ({**PROPOSAL, "statement": " "}, "statement", "empty"),
            ({**PROPOSAL, "statement": 5}, "statement", "It must be a text."),
            ({**PROPOSAL, "statement": "a\x00b"}, "statement", "control characters"),
            ({**PROPOSAL, "relevance": 11}, "relevance", "It must be 10 or less."),
            ({**PROPOSAL, "relevance": "7"}, "relevance", "It must be a whole number."),
            ({**PROPOSAL, "wish": "x"}, "wish", "Cairn knows no field of this name here."),
            ({**PROPOSAL, "interventions": ["CBT", ""]}, "interventions.1", "empty"),
            (
                {**PROPOSAL, "template": {"id": "a b", "version": 1}},
                "template.id",
                "1 to 64 letters, digits, hyphens or underscores",
            ),
            ({**PROPOSAL, "smart": {"achievable": {"confidence": 11}}}, "smart.achievable.confidence", "10"),
            ({**PROPOSAL, "smart": {"due": "2026-02-30"}}, "smart.due", "a day that there is"),
            ({**PROPOSAL, "smart": {"due": "2026-04-01", "for_weeks": 4}}, "smart", "not both"),
        ],
    )
    def test_name_the_field_and_what_would_be_right(self, body: Json, field: str, saying: str) -> None:
        rejection = refusal(PROPOSED, body)

        assert rejection.code == "event.invalid"
        assert saying in next(error.detail for error in rejection.errors if error.field == field)
        assert field in rejection.detail

    @pytest.mark.parametrize("target", ["3", False, [], {"low": 3, "high": 1}, {}, 1e13])
    def test_about_a_value_of_several_kinds_are_one_answer_for_the_field(self, target: object) -> None:
        rejection = refusal(PROPOSED, {**PROPOSAL, "smart": {"measure": {"what": "groups", "target": target}}})

        assert fields(rejection) == ["smart.measure.target"]
        assert " Or: " in rejection.errors[0].detail

    def test_about_one_kind_of_several_name_its_part(self) -> None:
        target = {"low": "three"}

        rejection = refusal(PROPOSED, {**PROPOSAL, "smart": {"measure": {"what": "groups", "target": target}}})

        assert "smart.measure.target.low" in fields(rejection)

    def test_about_a_revision_lead_into_its_changes(self) -> None:
        changes = {"smart": {"measure": {"what": "groups", "per": "year"}}}

        rejection = refusal("cairn.goal.revised.v1", {"changes": changes, "reason": "clinical"})

        assert fields(rejection) == ["changes.smart.measure.per"]

    @pytest.mark.parametrize(
        "field", [{"mood": 0}, {"mood": 11}, {"motivation": 11}, {"motivation": -1}, {"level": 3}, {"level": -3}]
    )
    def test_about_a_value_outside_its_scale_have_a_code_of_their_own(self, field: Json) -> None:
        rejection = refusal(LOGGED, {**ENTRY, **field})

        assert (rejection.code, fields(rejection)) == ("progress.out_of_range", list(field))

    def test_about_an_instruments_score_have_it_too(self) -> None:
        body = {"instrument": "phq9", "score": 28, "on": "2026-03-02"}

        assert refusal("cairn.plan.measured.v1", body, PLAN).code == "progress.out_of_range"

    @pytest.mark.parametrize(
        ("gas", "field"),
        [
            ({"levels": {"5": "x"}}, "gas.levels.5"),
            ({"levels": {"0": "x", "1": "X "}}, "gas"),
            ({"levels": {"0": ""}}, "gas.levels.0"),
            ({"levels": {"0": "x"}, "baseline": 3}, "gas.baseline"),
        ],
    )
    def test_about_a_scale_have_the_code_of_scales(self, gas: Json, field: str) -> None:
        rejection = refusal(PROPOSED, {**PROPOSAL, "gas": gas})

        assert (rejection.code, fields(rejection)) == ("gas.levels", [field])

    def test_about_different_things_are_plainly_invalid_with_each_named(self) -> None:
        rejection = refusal(LOGGED, {**ENTRY, "mood": 0, "wish": 1})

        assert (rejection.code, set(fields(rejection))) == ("event.invalid", {"mood", "wish"})

    def test_never_repeat_what_a_patient_wrote(self) -> None:
        secret = "I relapsed on Tuesday"

        rejection = refusal(PROPOSED, {**PROPOSAL, "kind": secret, "relevance": secret, "smart": {"measure": secret}})

        assert secret not in rejection.detail + repr(rejection.errors)

    def test_are_short_however_much_is_wrong(self) -> None:
        rejection = refusal(PROPOSED, {f"wish{number}": 1 for number in range(5000)})

        assert len(rejection.errors) == 50
        assert len(rejection.detail) < 500
        assert "and 4998 more" in rejection.detail

    @pytest.mark.parametrize(
        "body",
        [
            *(
                b"",
                b"{",
                b"\xff\xfe",
                b"{}}",
                b"\x00",
                b'{"statement":"\xff"}',
                b'{"statement":"\\ud800"}',
                b"nonsense",
            ),
            *(b"[" * 5000, b'{"smart":' * 5000, b'{"relevance":' + b"9" * 10_000 + b"}"),
        ],
        ids=lambda body: repr(body[:20]),
    )
    def test_about_what_is_no_json_say_so(self, body: bytes) -> None:
        rejection = refusal(PROPOSED, body)

        assert rejection.code == "event.invalid"
        assert rejection.detail == "The data is not JSON that Cairn can read."

    @pytest.mark.parametrize("body", ["[]", "null", "5", '"text"', "true"])
    def test_about_json_that_is_no_object_say_so(self, body: str) -> None:
        assert "object" in refusal(PROPOSED, body).detail

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
    def test_about_numbers_that_are_none_name_the_field(self, value: str) -> None:
        rejection = refusal(LOGGED, f'{{"entry":"e1","on":"2026-03-02","value":{value}}}')

        assert (rejection.code, fields(rejection)) == ("event.invalid", ["value"])


class TestOlderVersions:
    """A temporary v0 of a proposal, in which the statement was called `words`, and a v00 before it."""

    @pytest.fixture(autouse=True)
    def _older(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def renamed(old: Json) -> Json:
            return {"statement": old["words"], **{name: old[name] for name in old.keys() - {"words"}}}

        def completed(old: Json) -> Json:
            return {"kind": "process", "horizon": "short_term", **old}

        monkeypatch.setitem(UPCASTS, "cairn.goal.proposed.v0", (PROPOSED, renamed))
        monkeypatch.setitem(UPCASTS, "cairn.goal.proposed.v00", ("cairn.goal.proposed.v0", completed))

    def test_read_as_the_current_one(self) -> None:
        old = {"words": "wake up without dread", "kind": "process", "horizon": "short_term"}

        payload = decode("cairn.goal.proposed.v0", json.dumps(old), "walk")

        assert payload == g.Proposed(statement="wake up without dread", kind="process", horizon="short_term")
        assert payload.type_name == PROPOSED

    def test_are_brought_up_step_by_step(self) -> None:
        payload = decode("cairn.goal.proposed.v00", b'{"words":"sleep"}', "walk")

        assert payload == g.Proposed(statement="sleep", kind="process", horizon="short_term")

    def test_are_checked_as_the_current_one(self) -> None:
        rejection = refusal("cairn.goal.proposed.v0", {"words": "", "kind": "process", "horizon": "short_term"})

        assert (rejection.code, fields(rejection)) == ("event.invalid", ["statement"])

    @pytest.mark.parametrize("body", [b"{", b"[]", b"5", b"\xff", b'{"words":NaN}'])
    def test_that_are_no_json_object_are_answered(self, body: bytes) -> None:
        assert refusal("cairn.goal.proposed.v0", body).code == "event.invalid"

    def test_that_do_not_fit_their_own_schema_are_answered(self) -> None:
        assert refusal("cairn.goal.proposed.v0", {"statement": "x"}).code == "event.invalid"

    def test_are_among_the_nearest_known(self) -> None:
        assert "cairn.goal.proposed.v0" in refusal("cairn.goal.proposed.v9", {}).detail


class TestEncoding:
    @settings(max_examples=12)  # of each type
    @given(st.data())
    @pytest.mark.parametrize("payload", TYPES.values(), ids=lambda payload: payload.type_name)
    def test_gives_back_what_it_was_given(self, payload: type[Payload], data: st.DataObject) -> None:
        value = data.draw(payloads(payload))

        assert decode(payload.type_name, encode(value), PLAN if issubclass(payload, PlanPayload) else "walk") == value

    def test_leaves_out_what_is_absent_and_spells_defaults_out(self) -> None:
        body = json.loads(encode(g.Proposed(statement="x", kind="process", horizon="short_term")))

        assert body == {**PROPOSAL, "interventions": [], "external": []}

    def test_keeps_the_nulls_that_clear_a_field(self) -> None:
        changes = g.Changes.model_validate({"due": None, "smart": Smart(measure=Measure(what="groups"))})

        body = json.loads(encode(g.Revised(changes=changes, reason="clinical")))

        assert body == {"changes": {"smart": {"measure": {"what": "groups"}}, "due": None}, "reason": "clinical"}
