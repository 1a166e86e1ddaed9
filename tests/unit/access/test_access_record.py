"""What a record of a reading can hold, and how it travels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from events.access_record import (
    EVERY_PATIENT,
    MAX_PATIENTS_IN_A_RECORD,
    PURPOSES,
    UnreadableAccessRecords,
    decode_group,
    encode_group,
    encode_record,
)
from services.access.policy import GRANTS
from services.access.principal import Principal, everyone_of
from services.access.records.purposes import USUAL_PURPOSE, usual_purpose
from services.access.records.reading import ReadingRequest
from services.access.records.recorder import MAX_GROUP_BYTES
from tests.access import access_record


def test_a_group_comes_back_as_it_went() -> None:
    group = (
        access_record("p1"),
        access_record("p1", "p_2", client="app", token="8f2c", address="192.0.2.7", channel="command"),
        access_record(EVERY_PATIENT, outcome="refused", code="access.denied", roles=()),
    )

    assert decode_group(encode_group([encode_record(each) for each in group])) == group


@given(st.text().filter(lambda text: not text.isascii() or not text.isalnum()))
def test_no_sentence_fits_into_what_says_what_was_read(text: str) -> None:
    for field in ("reading", "operation", "interaction", "purpose", "code", "request", "kind", "org"):
        with pytest.raises(ValidationError):
            access_record("p1", **{field: f"I want {text}"})
    with pytest.raises(ValidationError):
        access_record(f"Mrs {text}")


@given(st.binary(max_size=200))
def test_what_is_no_group_is_unreadable_and_not_repeated(body: bytes) -> None:
    with pytest.raises(UnreadableAccessRecords, match=r"^.{1,100}$"):
        decode_group(b"[{" + body)


def test_a_field_that_a_newer_cairn_has_is_passed_over() -> None:
    body = encode_record(access_record("p1")).replace(b"{", b'{"newer":1,', 1)

    assert decode_group(b"[" + body + b"]") == (access_record("p1"),)


def test_a_record_is_always_smaller_than_a_group_may_be() -> None:
    longest = ReadingRequest(
        Principal(id="é" * 200, kind="person", roles=frozenset(GRANTS), client="é" * 200, token="é" * 200), "http", "x"
    )
    patients = [f"{number:064d}" for number in range(MAX_PATIENTS_IN_A_RECORD + 1)]

    first, second = longest.records({"o" * 64: patients}, reading="goals", operation="o" * 64, interaction="i" * 64)

    assert len(encode_record(first)) < MAX_GROUP_BYTES
    assert (first.patients + second.patients, first.request) == (tuple(patients), second.request)


def test_every_role_has_a_usual_purpose_that_there_is() -> None:
    assert USUAL_PURPOSE.keys() == GRANTS.keys()
    assert set(USUAL_PURPOSE.values()) <= set(PURPOSES)


@pytest.mark.parametrize(
    ("roles", "purpose"),
    [(["patient"], "PATRQT"), (["auditor", "clinician"], "TREAT"), (["auditor"], "HOPERAT"), ([], "HOPERAT")],
    ids=str,
)
def test_who_names_no_purpose_has_that_of_the_role(roles: list[str], purpose: str) -> None:
    assert usual_purpose(Principal.model_validate({"id": "x", "kind": "person", "roles": roles})) == purpose


def test_a_purpose_that_is_named_counts() -> None:
    request = ReadingRequest(everyone_of(frozenset(), "node"), "command", purpose="HLEGAL")

    [record] = request.records({"north": ["p1"]}, reading="history", operation="replay", interaction="history-instance")

    assert (record.purpose, record.reader, record.kind) == ("HLEGAL", "node", "system")


def test_a_reading_of_nobody_has_no_record() -> None:
    request = ReadingRequest(everyone_of(frozenset(), "node"), "http")

    assert request.records({"north": []}, reading="goals", operation="audit", interaction="search-type") == []


def test_a_reading_that_tells_of_nobody_by_itself_has_one_where_that_is_asked_for() -> None:
    request = ReadingRequest(everyone_of(frozenset(), "node"), "http")

    found = request.records(
        {"north": [], "south": ["p1"]}, reading="goals", operation="audit", interaction="search-type", of_nobody=True
    )

    assert [(each.org, each.patients) for each in found] == [("north", ()), ("south", ("p1",))]
    assert decode_group(encode_group([encode_record(each) for each in found])) == tuple(found)
