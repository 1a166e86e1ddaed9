"""CloudEvents 1.0 in binary and in structured mode, and what is refused in either."""

import base64
import codecs
import json
from collections.abc import Mapping
from typing import ClassVar

import pytest

from events.attribute_headers import OddHeaders
from events.catalog import Json
from events.envelope import BATCH, MAX_EVENT_BYTES, STRUCTURED
from events.errors import FieldError, Rejected
from events.goal import types as g
from events.submission import addressee, read_submission
from tests.builders import GOAL
from tests.unit.events.envelopes import BINARY, BODY, HELD, WHOLE, binary, refused, refused_whole, whole


def refusal(body: bytes, headers: Mapping[str, str]) -> tuple[str, str, tuple[FieldError, ...]]:
    """All that a refusal says."""
    with pytest.raises(Rejected) as caught:
        read_submission(body, headers, GOAL)
    return caught.value.code, caught.value.detail, caught.value.errors


class TestBinaryMode:
    def test_carries_the_attributes_in_headers(self) -> None:
        assert binary() == HELD

    def test_names_headers_in_any_case(self) -> None:
        headers = {name.title(): value for name, value in BINARY.items()}

        assert read_submission(BODY, headers, GOAL) == HELD

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("urn:%C5%BElu%C5%A5", "urn:žluť"),
            ("100%25", "100%"),
            ("a%20b", "a b"),
            ("%F0%9F%90%8E", "🐎"),
            ("žluť", "žluť"),
        ],
    )
    def test_percent_encodes_what_is_not_printable_ascii(self, written: str, meant: str) -> None:
        assert binary(source=written).source == meant

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ('"urn:clinic app"', "urn:clinic app"),
            (r'"a \"quoted\" word"', 'a "quoted" word'),
            (r'"back\\slash"', "back\\slash"),
            ('"100%25"', "100%"),
            ('urn:"two words"', "urn:two words"),
            (r"a\b", r"a\b"),
        ],
    )
    def test_takes_double_quoted_strings_as_older_senders_write_them(self, written: str, meant: str) -> None:
        assert binary(source=written).source == meant

    @pytest.mark.parametrize("written", ["%C0%A0", "%FF", "a%E2%82", '"open', '"open\\', "\ufffd"])
    def test_refuses_a_value_that_cannot_be_decoded(self, written: str) -> None:
        refused("event.invalid", BODY, {**BINARY, "ce-id": written}, field="id")

    @pytest.mark.parametrize("name", ["ce-id", "ce-expectedversion", "ce-comment", "content-type"])
    def test_refuses_a_header_that_is_there_twice(self, name: str) -> None:
        value = BINARY.get(name, "1")
        spelt_twice = {**BINARY, name: value, name.title(): value}
        twice = OddHeaders([*{**BINARY, name: value}.items(), (name, value)], b"")

        for headers in (spelt_twice, twice):
            refused("event.invalid", BODY, headers, field=name.removeprefix("ce-"))

    def test_is_recognised_by_any_attribute(self) -> None:
        """So that an event without a type is told so, and not that it is no JSON object of attributes."""
        only = {name: value for name, value in BINARY.items() if name != "ce-type"}

        assert [each.field for each in refused("event.invalid", BODY, only).errors] == ["type"]

    @pytest.mark.parametrize("hidden", ["a%00b", "a%0Ab", "a%7Fb", "%E2%80%A8", "a%0D%0Ace-id: x"])
    def test_smuggles_no_control_character_past_the_encoding(self, hidden: str) -> None:
        refused("event.invalid", BODY, {**BINARY, "ce-id": hidden}, field="id")

    def test_reads_the_subject_off_the_message_when_there_is_no_header(self) -> None:
        assert binary(subject=None) == HELD

    def test_takes_json_by_any_of_its_names(self) -> None:
        for name in (
            *("application/json; charset=utf-8", "Application/JSON", "application/vnd.clinic+json"),
            *("text/json", "Text/JSON; charset=utf-8", "text/vnd.clinic+JSON ; v=1"),
        ):
            assert whole(datacontenttype=name) == HELD
            assert read_submission(BODY, {**BINARY, "content-type": name}, GOAL) == HELD
        assert read_submission(BODY, {k: v for k, v in BINARY.items() if k != "content-type"}, GOAL) == HELD

    @pytest.mark.parametrize("name", ["text/plain", "application/xml", "application/octet-stream"])
    def test_takes_nothing_but_json(self, name: str) -> None:
        refused("event.invalid", BODY, {**BINARY, "content-type": name}, field="datacontenttype")

    @pytest.mark.parametrize("body", [b"{", b"\x00", b"[" * 5000, b'{"reason":"a\x00b"}'])
    def test_with_a_body_that_is_no_payload_is_refused(self, body: bytes) -> None:
        refused("event.invalid", body, BINARY)


class TestStructuredMode:
    def test_carries_everything_in_one_json_object(self) -> None:
        assert whole() == HELD

    def test_is_what_an_event_without_headers_is_in(self) -> None:
        assert read_submission(json.dumps(WHOLE).encode(), None, GOAL) == HELD

    def test_wins_over_headers_that_repeat_it(self) -> None:
        headers = {**BINARY, "ce-id": "other", "content-type": f"{STRUCTURED}; charset=utf-8"}

        assert read_submission(json.dumps(WHOLE).encode(), headers, GOAL) == HELD

    def test_takes_a_null_for_an_attribute_that_is_not_there(self) -> None:
        assert whole(subject=None, expectedversion=None, datacontenttype=None, traceparent=None) == HELD

    @pytest.mark.parametrize(
        ("once", "twice", "field"),
        [
            ('"id": "e1"', '"id": "e0", "id": "e1"', "id"),
            ('"subject": ', '"subject": "a.b.c", "subject": ', "subject"),
            ('"data": ', '"data": {}, "data": ', "data"),
            ('"data": ', '"d\\u0061ta" : null, "data": ', "data"),
            ('"reason": ', '"reason": "Home", "reason" : ', "data.reason"),
            ('"reason": "Hospital"', '"a": [1, {"b": {"c": 1, "d": 2, "c": 3}}]', "data.a.1.b.c"),
            ('"reason": "Hospital"', r'"reason": "\u0022", "reason": "\u0022"', "data.reason"),
            ('"id": "e1"', r'"id": "\u0022e1\u0022", "id": "\u0022e1\u0022"', "id"),
        ],
    )
    def test_refuses_a_name_that_is_there_twice(self, once: str, twice: str, field: str) -> None:
        body = json.dumps(WHOLE).replace(once, twice).encode()

        assert [each.field for each in refused("event.invalid", body).errors] == [field]

    @pytest.mark.parametrize("twice", ['{"reason":"a","reason":"b"}', '{"reason":"a","r\\u0065ason":"b"}'])
    def test_refuses_a_name_that_is_there_twice_in_the_data_in_the_same_words_in_every_form(self, twice: str) -> None:
        in_binary = refusal(twice.encode(), BINARY)
        whole = json.dumps(WHOLE).replace('{"reason": "Hospital"}', twice).encode()
        encoded = {name: value for name, value in WHOLE.items() if name != "data"}
        encoded["data_base64"] = base64.b64encode(twice.encode()).decode()

        assert in_binary == refusal(whole, {}) == refusal(json.dumps(encoded).encode(), {})
        assert [each.field for each in in_binary[2]] == ["data.reason"]

    def test_says_at_most_fifty_of_many_doubled_names(self) -> None:
        names = ", ".join(f'"x{number}": 1, "x{number}": 2' for number in range(60))

        rejected = refused("event.invalid", f"{{{names}}}".encode())

        assert len(rejected.errors) == 50
        assert "x4 and 55 more" in rejected.detail

    @pytest.mark.parametrize("text", ['"Hospital"', '\\"', "\\\\", '"\\u0022"', "ö", "data: reason"])
    def test_takes_every_text_in_which_no_name_is_there_twice(self, text: str) -> None:
        reason = {"reason": text}

        assert whole(id=text, data=reason).data == whole(data=reason, comment=text).data == g.Held(reason=text)

    @pytest.mark.parametrize("data", [[], "text", 5])
    def test_with_data_that_is_no_object_is_refused(self, data: object) -> None:
        assert "object" in refused_whole("event.invalid", data=data).detail

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"\xff", b"{}{}", b"\x00\x00", b"hello", b'{"a":NaN}', b'{"a":' * 5000, b'{"a":"\\ud800"}'],
        ids=lambda body: repr(body[:20]),
    )
    def test_that_is_no_json_is_refused(self, body: bytes) -> None:
        said = refused("event.invalid", body).detail
        assert ("not JSON that Cairn can read, at line 1" if body else "The body is empty") in said

    @pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"x"'])
    def test_that_is_no_object_is_refused(self, body: bytes) -> None:
        assert "CloudEvents JSON object" in refused("event.invalid", body).detail

    def test_takes_no_batch(self) -> None:
        refused("event.invalid", json.dumps([WHOLE]).encode(), {"content-type": BATCH})

    @pytest.mark.parametrize("number", ["1" + "0" * 400, "9" * 5000, "1e999"])
    def test_with_numbers_beyond_measure_is_refused(self, number: str) -> None:
        data = '{"entry":"e1","on":"2026-03-02","value":' + number + "}"
        body = json.dumps({**WHOLE, "type": "cairn.goal.progress_logged.v1", "data": "DATA"}).replace('"DATA"', data)

        refused("event.invalid", body.encode())


class TestData:
    WITHOUT: ClassVar[Json] = {name: value for name, value in WHOLE.items() if name != "data"}

    @pytest.mark.parametrize("attributes", [{}, {"data": None}, {"data": {}}, {"data_base64": ""}], ids=str)
    def test_that_is_missing_is_an_empty_object_in_structured_mode(self, attributes: Json) -> None:
        agreed = {**self.WITHOUT, "type": "cairn.goal.agreed.v1", **attributes}

        assert read_submission(json.dumps(agreed).encode()).data == g.Agreed()

    @pytest.mark.parametrize("body", [b"", b" \r\n", b"null", b"{}"])
    def test_that_is_missing_is_an_empty_object_in_binary_mode(self, body: bytes) -> None:
        headers = {**BINARY, "ce-type": "cairn.goal.agreed.v1"}

        assert read_submission(body, headers).data == g.Agreed()

    def test_that_is_missing_is_refused_for_what_it_lacks(self) -> None:
        for rejection in (refused("event.invalid", b"", BINARY), refused_whole("event.invalid", data=None)):
            assert [error.field for error in rejection.errors] == ["reason"]

    @pytest.mark.parametrize("content_type", [None, "application/json", "text/json"])
    def test_may_be_json_in_base64(self, content_type: str | None) -> None:
        for data in (BODY, codecs.BOM_UTF8 + BODY):
            encoded = base64.b64encode(data).decode()
            event = {**self.WITHOUT, "datacontenttype": content_type, "data_base64": encoded}

            assert read_submission(json.dumps(event).encode()) == HELD

    @pytest.mark.parametrize("encoded", ["%", "e30", "ž", 5, {}])
    def test_that_is_no_base64_is_refused(self, encoded: object) -> None:
        event = {**self.WITHOUT, "data_base64": encoded}

        refused("event.invalid", json.dumps(event).encode(), field="data_base64")

    def test_in_both_forms_is_refused(self) -> None:
        assert "not both" in refused_whole("event.invalid", field="data_base64", data_base64="e30=").detail

    def test_may_have_a_byte_order_mark_before_it(self) -> None:
        assert read_submission(codecs.BOM_UTF8 + json.dumps(WHOLE).encode(), None, GOAL) == HELD
        assert read_submission(codecs.BOM_UTF8 + BODY, BINARY, GOAL) == HELD


class TestBothModes:
    @pytest.mark.parametrize(
        "changed",
        [
            *({name: None} for name in WHOLE if name not in ("data", "datacontenttype", "subject")),
            *({name: "\u2028"} for name in ("id", "source", "type", "time", "actor", "actorrole", "expectedversion")),
            {"datacontenttype": "text/plain"},
            {"subject": "a.b"},
            {"subject": ""},
            {"subject": "northside.pt-1.run"},
            {"type": "cairn.goal.unknown.v1"},
            {"id": "x" * 201},
            {"trace_parent": "x"},
            {"comment": "x" * 1001},
            {"expectedversion": ""},
        ],
        ids=str,
    )
    def test_say_the_same_of_the_same_error(self, changed: Json) -> None:
        attributes = {**WHOLE, **changed}
        names = {name: f"ce-{name}" for name in attributes if name != "data"} | {"datacontenttype": "content-type"}
        headers = {names[name]: str(value) for name, value in attributes.items() if name in names and value is not None}

        binary = refusal(BODY, headers)

        assert binary == refusal(json.dumps(attributes).encode(), {"content-type": STRUCTURED})


class TestAddressee:
    def test_is_told_by_either_mode(self) -> None:
        assert addressee(json.dumps(WHOLE).encode()) == addressee(b"{", BINARY) == GOAL
        assert addressee(codecs.BOM_UTF8 + json.dumps({"subject": str(GOAL)}).encode()) == GOAL

    @pytest.mark.parametrize("subject", [None, "", "a.b", "a.b.c d"])
    def test_that_is_missing_is_refused_in_the_words_of_the_goals_service(self, subject: str | None) -> None:
        body = json.dumps({**WHOLE, "subject": subject}).encode()

        with pytest.raises(Rejected) as told:
            addressee(body)
        with pytest.raises(Rejected) as judged:
            read_submission(body)

        assert (told.value.code, told.value.detail) == (judged.value.code, judged.value.detail)
        assert told.value.code == "identity.mismatch"


class TestSize:
    def test_is_bounded(self) -> None:
        body = json.dumps(WHOLE).encode()
        padding = b" " * (MAX_EVENT_BYTES - len(body))

        assert read_submission(body + padding, None, GOAL) == HELD
        assert "262,144 bytes" in refused("event.invalid", body + padding + b" ").detail
