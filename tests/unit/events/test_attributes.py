"""The attributes of an event that is offered: who, when, about what; and those that others add."""

import json
from datetime import UTC, datetime

import pytest

from events.envelope import read_recorded, to_cloudevent
from events.errors import Rejected
from events.event import RecordedEvent
from events.submission import read_submission
from tests.builders import GOAL
from tests.unit.events.envelopes import BINARY, BODY, WHOLE, binary, refused, refused_whole, stored, whole


class TestAttributes:
    @pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time", "actor", "actorrole"])
    def test_that_are_missing_are_named(self, name: str) -> None:
        for absent in (None, ""):
            refused_whole("event.invalid", field=name, **{name: absent})
        refused("event.invalid", BODY, {**BINARY, f"ce-{name}": ""}, field=name)

    @pytest.mark.parametrize("name", ["id", "source", "type", "actor", "actorrole", "time"])
    @pytest.mark.parametrize("value", [5, True, [], {}, "x" * 201, "a\x00b", "a\nb", "a\u2028b"], ids=repr)
    def test_are_printable_texts_of_bounded_length(self, name: str, value: object) -> None:
        refused_whole("event.invalid", field=name, **{name: value})

    @pytest.mark.parametrize("version", ["0.3", "1.0.2", "2.0", "1", 1.0])
    def test_are_those_of_cloudevents_1_0(self, version: object) -> None:
        refused_whole("event.invalid", field="specversion", specversion=version)

    @pytest.mark.parametrize("role", ["doctor", "Patient", "patient ", "admin"])
    def test_name_a_role_that_exists(self, role: str) -> None:
        assert (
            "patient, clinician" in refused_whole("event.invalid", field="actorrole", actorrole=role).errors[0].detail
        )

    def test_may_name_who_typed_it_in(self) -> None:
        assert whole(enteredby="desk2").entered_by == binary(enteredby="desk2").entered_by == "desk2"
        assert whole(enteredby=None).entered_by is whole(enteredby="").entered_by is binary().entered_by is None
        assert whole(enteredby="desk2").extensions == {}

    @pytest.mark.parametrize("value", ["c1", "", 5, "a\nb"], ids=repr)
    def test_say_nothing_of_who_submits_it(self, value: object) -> None:
        assert whole(submittedby=value, submitterrole=value) == whole()
        assert binary(submittedby="c1", submitterrole="clinician") == binary()

    @pytest.mark.parametrize("value", [5, True, "x" * 201, "a\nb"], ids=repr)
    def test_name_who_typed_it_in_by_a_printable_text(self, value: object) -> None:
        refused_whole("event.invalid", field="enteredby", enteredby=value)

    def test_that_are_wrong_are_all_named_at_once(self) -> None:
        rejection = refused_whole("event.invalid", id=None, time="yesterday", actorrole="doctor", expectedversion=-1)

        assert [error.field for error in rejection.errors] == ["id", "actorrole", "time", "expectedversion"]

    @pytest.mark.parametrize(
        "written",
        [
            "2026-03-02T12:00:00+01:00",
            "2026-03-02t11:00:00z",
            "2026-03-02 11:00:00Z",
            "2026-03-02T11:00:00.000000Z",
            "2026-03-02T11:00:00.000000000-00:00",
            "2026-03-02T11:00:00.0000000000000Z",
        ],
    )
    def test_give_the_instant_as_rfc_3339(self, written: str) -> None:
        assert whole(time=written).time == datetime(2026, 3, 2, 11, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("code", "field", "changed"),
        [
            ("identity.mismatch", "subject", {"subject": "northside.pt-1"}),
            ("identity.mismatch", "subject", {"subject": "northside.pt-1.wälk"}),
            ("identity.mismatch", "subject", {"subject": "northside.pt-2.walk"}),
            ("identity.mismatch", "subject", {"type": "cairn.plan.closed.v1"}),
            ("event.unknown_type", "type", {"type": "cairn.goal.helt.v1"}),
            ("event.invalid", "data", {"data": None, "data_base64": "ew=="}),
        ],
    )
    def test_that_are_refused_are_named_as_the_field_that_they_are(
        self, code: str, field: str, changed: dict[str, object]
    ) -> None:
        rejection = refused(code, json.dumps({**WHOLE, **changed}).encode())

        assert [each.field for each in rejection.errors] == [field]

    @pytest.mark.parametrize("written", ["2016-12-31T23:59:60Z", "2017-01-01T12:59:60.000+13:00"])
    def test_give_a_leap_second_as_the_second_before(self, written: str) -> None:
        assert whole(time=written).time == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)

    @pytest.mark.parametrize("written", ["2016-12-31T22:59:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T23:59:61Z"])
    def test_know_no_leap_second_but_at_the_end_of_a_day(self, written: str) -> None:
        refused_whole("event.invalid", field="time", time=written)

    @pytest.mark.parametrize("written", ["2026-03-02T12:00:00", "2026-03-02T12:00:00.5"])
    def test_give_the_instant_with_an_offset(self, written: str) -> None:
        assert "offset" in refused_whole("event.invalid", field="time", time=written).detail

    @pytest.mark.parametrize(
        "written",
        [
            *("2026-03-02", "2026-3-2T12:00:00Z", "12:00:00Z", "now", "1772452800", "2026-02-30T12:00:00Z"),
            *("2026-03-02T24:00:00Z", "2026-03-02T24:00:01Z", "2026-03-02T12:00:00+24:00", "2026-03-02T12:00:00+0100"),
            *(
                "20260302T120000Z",
                "2026-W10-1T12:00:00Z",
                "\uff12\uff10\uff12\uff16-03-02T12:00:00Z",
                "0000-01-01T00:00:00Z",
            ),
        ],
    )
    def test_give_an_instant_that_exists(self, written: str) -> None:
        refused_whole("event.invalid", field="time", time=written)

    @pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1582-10-04T00:00:00Z"])
    def test_give_an_instant_of_our_time(self, written: str) -> None:
        """A day this old cannot even be told in every time zone."""
        refused_whole("event.invalid", field="time", time=written)

    @pytest.mark.parametrize(("given_as", "meant"), [(0, 0), ("0", 0), (7, 7), ("7", 7), (None, None)], ids=repr)
    def test_may_expect_a_version(self, given_as: object, meant: int | None) -> None:
        assert whole(expectedversion=given_as).expected_version == meant

    @pytest.mark.parametrize(
        "version", [-1, "-1", 1.0, "1.0", "", "x", True, "\uff11", 10**18, "9" * 5000, [7]], ids=repr
    )
    def test_expect_a_version_that_can_be(self, version: object) -> None:
        refused_whole("event.invalid", field="expectedversion", expectedversion=version)


class TestExtensions:
    def test_that_cairn_has_no_meaning_for_are_kept(self) -> None:
        assert dict(whole(traceparent="00-ab-cd-01", partitionkey="x").extensions) == {
            "traceparent": "00-ab-cd-01",
            "partitionkey": "x",
        }
        assert binary(traceparent="žluť%20x").extensions == {"traceparent": "žluť x"}

    @pytest.mark.parametrize("value", [True, False, 0, 7, -(2**31), 2**31 - 1, "true", "7"], ids=repr)
    def test_keep_their_type_through_the_log(self, value: object) -> None:
        offered = whole(flag=value, comment="so")

        read = read_recorded(stored(RecordedEvent(offered, 7, 3, offered.time))).event.extensions

        assert (read, type(read["flag"])) == ({"flag": value, "comment": "so"}, type(value))
        assert to_cloudevent(RecordedEvent(offered, 7, 3, offered.time))["flag"] == value

    def test_are_texts_in_headers_whatever_they_look_like(self) -> None:
        assert binary(flag="true", rank="7").extensions == {"flag": "true", "rank": "7"}

    @pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 10**30])
    def test_are_no_integers_beyond_32_bits(self, number: int) -> None:
        assert "as a text" in refused_whole("event.invalid", field="rank", rank=number).detail

    def test_without_a_value_are_dropped(self) -> None:
        """A reader in C loses the header that comes after an empty one."""
        assert (
            whole(trace="", comment="so").extensions == binary(trace="", comment="so").extensions == {"comment": "so"}
        )
        assert "" not in stored(RecordedEvent(whole(trace=""), 7, 3, whole().time)).headers.values()

    @pytest.mark.parametrize("name", ["Trace", "trace-parent", "trace_parent", "ž", "x" * 21, "", "a b", "a\x00"])
    def test_have_names_of_small_letters_and_digits(self, name: str) -> None:
        assert "a-z and 0-9" in refused_whole("event.invalid", **{name: "x"}).detail

    @pytest.mark.parametrize("value", [1.5, [], {}, "x" * 1001, "a\x00b"], ids=repr)
    def test_are_printable_texts_of_bounded_length(self, value: object) -> None:
        refused_whole("event.invalid", field="trace", trace=value)

    def test_are_not_endless(self) -> None:
        whole(**{f"x{number}": "y" for number in range(16)})
        refused_whole("event.invalid", **{f"x{number}": "y" for number in range(17)})

    def test_that_cairn_gives_itself_are_not_taken_from_outside(self) -> None:
        offered = whole(version=99, position=99, recordedtime="2000-01-01T00:00:00Z", causeversion=1)

        assert (offered.extensions, offered.cause) == ({}, None)


class TestSubject:
    def test_may_be_told_by_the_event_alone(self) -> None:
        assert read_submission(json.dumps(WHOLE).encode()).goal_id == GOAL

    def test_is_told_by_somebody(self) -> None:
        with pytest.raises(Rejected) as caught:
            read_submission(json.dumps({**WHOLE, "subject": None}).encode())

        assert (caught.value.code, caught.value.errors[0].field) == ("identity.mismatch", "subject")

    def test_is_named_among_all_that_is_wrong(self) -> None:
        with pytest.raises(Rejected) as caught:
            read_submission(b"{}")

        assert caught.value.code == "event.invalid"
        assert {"id", "subject"} <= {error.field for error in caught.value.errors}

    @pytest.mark.parametrize("subject", ["northside.pt-1.run", "northside.pt-2.walk", "southside.pt-1.walk"])
    def test_is_the_one_that_it_was_sent_to(self, subject: str) -> None:
        refused_whole("identity.mismatch", subject=subject)

    @pytest.mark.parametrize("subject", ["walk", "a.b", "a.b.c.d", "a.b.*", "a..c", "", 5, "a b.c.d", "a.b.c\x00"])
    def test_is_three_tokens(self, subject: object) -> None:
        refused_whole("identity.mismatch", subject=subject)
