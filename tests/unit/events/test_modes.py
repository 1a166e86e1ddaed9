"""CloudEvents 1.0 in binary and in structured mode, and what is refused in either."""

import json

import pytest

from events.catalog import Json
from events.envelope import BATCH, MAX_EVENT_BYTES, STRUCTURED
from events.submission import read_submission
from tests.builders import GOAL
from tests.unit.events.envelopes import BINARY, BODY, HELD, WHOLE, binary, refused, refused_whole, whole


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

    @pytest.mark.parametrize("hidden", ["a%00b", "a%0Ab", "a%7Fb", "%E2%80%A8", "a%0D%0Ace-id: x"])
    def test_smuggles_no_control_character_past_the_encoding(self, hidden: str) -> None:
        refused("event.invalid", BODY, {**BINARY, "ce-id": hidden}, field="id")

    def test_reads_the_subject_off_the_message_when_there_is_no_header(self) -> None:
        assert binary(subject=None) == HELD

    def test_takes_json_by_any_of_its_names(self) -> None:
        for name in ("application/json; charset=utf-8", "Application/JSON", "application/vnd.clinic+json"):
            assert read_submission(BODY, {**BINARY, "content-type": name}, GOAL) == HELD
        assert read_submission(BODY, {k: v for k, v in BINARY.items() if k != "content-type"}, GOAL) == HELD

    @pytest.mark.parametrize("name", ["text/plain", "application/xml", "application/octet-stream"])
    def test_takes_nothing_but_json(self, name: str) -> None:
        refused("event.invalid", BODY, {**BINARY, "content-type": name}, field="datacontenttype")

    @pytest.mark.parametrize("body", [b"", b"null", b"{", b"\x00", b"[" * 5000, b'{"reason":"a\x00b"}'])
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

    def test_takes_the_last_of_an_attribute_that_is_there_twice(self) -> None:
        body = json.dumps(WHOLE).replace('"id": "e1"', '"id": "e0", "id": "e1"').encode()

        assert b"e0" in body
        assert read_submission(body, None, GOAL) == HELD

    @pytest.mark.parametrize("attributes", [{"data_base64": "e30="}, {}])
    def test_without_json_data_is_refused(self, attributes: Json) -> None:
        event = {name: value for name, value in WHOLE.items() if name != "data"}

        refused("event.invalid", json.dumps({**event, **attributes}).encode(), field="data")

    @pytest.mark.parametrize("data", [None, [], "text", 5])
    def test_with_data_that_is_no_object_is_refused(self, data: object) -> None:
        assert "object" in refused_whole("event.invalid", data=data).detail

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"\xff", b"{}{}", b"\x00\x00", b"hello", b'{"a":NaN}', b'{"a":' * 5000, b'{"a":"\\ud800"}'],
        ids=lambda body: repr(body[:20]),
    )
    def test_that_is_no_json_is_refused(self, body: bytes) -> None:
        assert "not JSON" in refused("event.invalid", body).detail

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


class TestSize:
    def test_is_bounded(self) -> None:
        body = json.dumps(WHOLE).encode()
        padding = b" " * (MAX_EVENT_BYTES - len(body))

        assert read_submission(body + padding, None, GOAL) == HELD
        assert "262,145 bytes" in refused("event.invalid", body + padding + b" ").detail
