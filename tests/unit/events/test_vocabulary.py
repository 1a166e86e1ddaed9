"""The value types take what they mean and nothing else."""

from datetime import date

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from events.goal import types as g
from events.plan import types as p
from events.vocabulary import (
    INSTRUMENT_RANGES,
    SUBMITTED,
    Achievable,
    GasScale,
    Label,
    Level,
    Measure,
    Number,
    Rating,
    Smart,
    TargetRange,
    Text,
    Token,
    Value,
)
from tests.builders import entry, gas, opened, proposed, smart

TEXT: TypeAdapter[str] = TypeAdapter(Text)
LABEL: TypeAdapter[str] = TypeAdapter(Label)
TOKEN: TypeAdapter[str] = TypeAdapter(Token)


def refused(model: type[BaseModel], json: str, kind: str) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json)
    assert kind in [error["type"] for error in caught.value.errors()]


class TestText:
    @pytest.mark.parametrize("text", ["x", " x ", "line\nline", "line\r\nline", "a\tb", "žluťoučký 🐎", "x" * 4000])
    def test_is_kept_as_it_was_written(self, text: str) -> None:
        assert TEXT.validate_python(text) == text

    @pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003"])
    def test_says_something(self, text: str) -> None:
        with pytest.raises(ValidationError, match="empty"):
            TEXT.validate_python(text)

    @pytest.mark.parametrize("text", ["\u200b", " \u200e\u00ad", "\ufeff\n"])
    def test_that_is_submitted_shows_something(self, text: str) -> None:
        with pytest.raises(ValidationError, match="seen"):
            TEXT.validate_python(text, context=SUBMITTED)
        assert TEXT.validate_python(text) == text, "what was recorded once stays readable"

    @pytest.mark.parametrize("code", [0x00, 0x08, 0x0B, 0x0C, 0x0D, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0x9F, 0x2028, 0x2029])
    def test_holds_no_control_characters(self, code: int) -> None:
        with pytest.raises(ValidationError, match="control characters"):
            TEXT.validate_python(f"a{chr(code)}b")

    def test_holds_no_half_of_a_character(self) -> None:
        with pytest.raises(ValidationError):
            TEXT.validate_python("a\ud83d")

    @pytest.mark.parametrize(("adapter", "limit"), [(TEXT, 4000), (LABEL, 200)])
    def test_is_not_endless(self, adapter: TypeAdapter[str], limit: int) -> None:
        adapter.validate_python("ž" * limit)
        with pytest.raises(ValidationError, match=str(limit)):
            adapter.validate_python("ž" * (limit + 1))

    @pytest.mark.parametrize("token", ["", "a b", "a.b", "ab\n", "ä", "x" * 65])
    def test_a_token_is_what_a_subject_can_hold(self, token: str) -> None:
        with pytest.raises(ValidationError):
            TOKEN.validate_python(token)


class TestStrictness:
    @pytest.mark.parametrize("mood", ['"5"', "5.0", "true", "[5]", "null", "{}"])
    def test_only_a_whole_number_is_a_whole_number(self, mood: str) -> None:
        json = f'{{"entry":"e1","on":"2026-03-02","mood":{mood}}}'

        refused(g.ProgressLogged, json, "nothing_said" if mood == "null" else "int_type")

    @pytest.mark.parametrize("done", ['"true"', "1", "0", '"yes"'])
    def test_only_true_and_false_are_yes_and_no(self, done: str) -> None:
        refused(g.ProgressLogged, f'{{"entry":"e1","on":"2026-03-02","done":{done}}}', "bool_type")

    @pytest.mark.parametrize("on", ['"2026-3-2"', '"2026-02-30"', '"2026-03-02T00:00:00Z"', "20260302", "1", '"today"'])
    def test_only_an_iso_date_is_a_date(self, on: str) -> None:
        with pytest.raises(ValidationError):
            g.ProgressLogged.model_validate_json(f'{{"entry":"e1","on":{on},"done":true}}')

    @pytest.mark.parametrize("target", ['"3"', "false", "NaN", "Infinity", "1e400", "1e13", "[]"])
    def test_only_a_finite_number_a_range_or_true_is_a_target(self, target: str) -> None:
        with pytest.raises(ValidationError):
            Measure.model_validate_json(f'{{"what":"groups","target":{target}}}')

    def test_a_field_nobody_knows_is_refused(self) -> None:
        refused(g.Held, '{"reason":"x","resaon":"y"}', "extra_forbidden")

    def test_a_value_cannot_be_changed(self) -> None:
        with pytest.raises(ValidationError):
            setattr(proposed(), "statement", "Something else")  # noqa: B010 - the type checker would refuse it

    @pytest.mark.parametrize("number", [3, 2.5, -1, 0])
    def test_a_number_is_kept_as_it_was_written(self, number: float) -> None:
        kept = TypeAdapter(Number, config=Value.model_config).validate_python(number)

        assert (kept, type(kept)) == (number, type(number))


class TestScales:
    @pytest.mark.parametrize(("scale", "low", "high"), [(Level, -2, 2), (Rating, 0, 10), (g.Mood, 1, 10)])
    def test_run_from_their_lowest_to_their_highest(self, scale: type[int], low: int, high: int) -> None:
        adapter: TypeAdapter[int] = TypeAdapter(scale)
        assert [adapter.validate_python(value) for value in (low, high)] == [low, high]
        for outside in (low - 1, high + 1):
            with pytest.raises(ValidationError):
                adapter.validate_python(outside)

    @pytest.mark.parametrize(("instrument", "bounds"), INSTRUMENT_RANGES.items())
    def test_of_an_instrument_are_its_own(self, instrument: str, bounds: tuple[int, int]) -> None:
        def measured(score: int) -> p.Measured:
            return p.Measured.model_validate({"instrument": instrument, "score": score, "on": date(2026, 3, 2)})

        assert [measured(score).score for score in bounds] == list(bounds)
        for outside in (bounds[0] - 1, bounds[1] + 1):
            with pytest.raises(ValidationError, match=f"{instrument} runs from {bounds[0]} to {bounds[1]}"):
                measured(outside)


class TestGasScale:
    def test_has_a_text_of_its_own_for_each_level(self) -> None:
        with pytest.raises(ValidationError, match="two are the same"):
            GasScale(levels={"0": "Goes out", "1": "goes  OUT"})

    @pytest.mark.parametrize("level", ["3", "-3", "+1", "zero", ""])
    def test_knows_five_levels_only(self, level: str) -> None:
        with pytest.raises(ValidationError):
            GasScale.model_validate({"levels": {level: "Something"}})

    def test_that_is_submitted_has_no_two_texts_that_look_the_same(self) -> None:
        same = {"levels": {"0": "A caf\u00e9", "1": "A cafe\u0301"}}

        with pytest.raises(ValidationError, match="two are the same"):
            GasScale.model_validate(same, context=SUBMITTED)
        assert GasScale.model_validate(same).levels == same["levels"], "what was recorded once stays readable"

    def test_has_no_blank_text(self) -> None:
        with pytest.raises(ValidationError):
            GasScale(levels={"0": " "})

    def test_is_weighted_by_importance_and_difficulty_of_0_to_3(self) -> None:
        assert gas(importance=0, difficulty=3, baseline=-2).importance == 0
        for wrong in ({"importance": 4}, {"difficulty": -1}, {"baseline": -3}):
            with pytest.raises(ValidationError):
                gas(**wrong)


class TestSmart:
    def test_ends_on_a_day_or_after_some_weeks(self) -> None:
        with pytest.raises(ValidationError, match="not both"):
            smart(due=date(2026, 4, 1))

    def test_may_be_a_draft(self) -> None:
        assert Smart() == Smart(measure=None)
        assert Achievable() == Achievable(confidence=None)

    @pytest.mark.parametrize(("json", "kind"), [("{}", "range_empty"), ('{"low":3,"high":2}', "range_order")])
    def test_a_range_has_its_ends_in_order(self, json: str, kind: str) -> None:
        refused(TargetRange, json, kind)

    def test_a_range_may_be_one_point_or_open(self) -> None:
        assert [TargetRange(low=3, high=3).low, TargetRange(low=3).high, TargetRange(high=0).high] == [3, None, 0]


class TestPayloads:
    def test_an_entry_says_something(self) -> None:
        refused(g.ProgressLogged, '{"entry":"e1","on":"2026-03-02"}', "nothing_said")
        refused(g.ProgressCorrected, '{"entry":"e1","reason":"x"}', "nothing_said")

    def test_no_and_nothing_are_said_too(self) -> None:
        assert entry("e1", done=False, value=0).said() == {"done": False, "value": 0}

    def test_a_revision_changes_something(self) -> None:
        refused(g.Revised, '{"changes":{},"reason":"clinical"}', "no_change")

    @pytest.mark.parametrize("field", ["kind", "horizon", "interventions"])
    def test_what_a_goal_always_has_cannot_be_cleared(self, field: str) -> None:
        refused(g.Revised, f'{{"changes":{{"{field}":null}},"reason":"clinical"}}', "cannot_clear")

    def test_a_null_in_a_revision_clears_the_field(self) -> None:
        changes = g.Changes.model_validate_json('{"due":null,"relevance":7}')

        assert changes.given() == {"relevance": 7, "due": None}

    def test_an_amendment_changes_something(self) -> None:
        refused(p.Amended, '{"reason":"x"}', "no_change")

    @pytest.mark.parametrize(("status", "outcome"), [("closed", "null"), ("active", '"achieved"')])
    def test_an_outcome_goes_with_what_is_closed(self, status: str, outcome: str) -> None:
        external = '[{"system":"ehr","value":"1"}]'
        json = f'{{"statement":"x","status":"{status}","outcome":{outcome},"external":{external}}}'

        refused(g.Imported, json, "outcome")

    def test_an_import_names_where_it_came_from(self) -> None:
        refused(g.Imported, '{"statement":"x","status":"active","external":[]}', "too_short")

    @pytest.mark.parametrize(
        ("second", "kind"),
        [('{"id":"a","text":"y","rank":2}', "same_id"), ('{"id":"b","text":"y","rank":1}', "same_rank")],
    )
    def test_priorities_are_told_apart(self, second: str, kind: str) -> None:
        refused(p.PrioritiesRanked, f'{{"priorities":[{{"id":"a","text":"x","rank":1}},{second}]}}', kind)

    @pytest.mark.parametrize("zone", ["Mars/Olympus", "localtime", "vienna", "", "../etc/passwd", "Europe/Vienna\n"])
    def test_a_time_zone_is_one_of_the_iana_database(self, zone: str) -> None:
        with pytest.raises(ValidationError):
            opened(time_zone=zone)


class TestMadeOfValidFields:
    def test_it_is_as_if_it_had_been_validated(self) -> None:
        given = {"what": "groups", "per": "week", "target": 3}

        made, validated = Measure.of_valid(given), Measure.model_validate(given)

        assert made == validated
        assert made.model_dump_json() == validated.model_dump_json()
        assert made.model_copy(update={"target": 4}) == Measure(what="groups", per="week", target=4)

    def test_a_copy_leaves_the_next_one_as_it_is(self) -> None:
        first = Measure.of_valid({"what": "groups"})
        first.model_copy(update={"unit": "hours"})

        assert Measure.of_valid({"what": "groups"}).unit is None

    def test_the_defaults_of_all_values_can_be_shared(self) -> None:
        assert all(field.default_factory is None for kind in _values(Value) for field in kind.model_fields.values())


def _values(kind: type[Value]) -> list[type[Value]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _values(below))]
