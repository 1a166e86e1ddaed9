"""Any id becomes a subject token of its own, and is read back as what it was."""

import re
from uuid import UUID

import pytest
from eventsourcing.persistence import DataError
from hypothesis import example, given
from hypothesis import strategies as st

from events.log.persistence.names import Names, from_token, to_token

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)


@given(ANY_TEXT)
@example("")
@example("%")
@example("northside.pt-1.walk")
@example("*")
@example(">")
@example("a b\r\nc\0")
@example("\ud800")
@example("Größe 🐈")
def test_every_string_is_a_token_and_comes_back(text: str) -> None:
    token = to_token(text)

    assert re.fullmatch(r"[!-~]+", token)
    assert not set(token) & set(".*>")
    assert from_token(token) == text


@given(st.uuids())
def test_a_uuid_stays_as_it_is_written(identity: UUID) -> None:
    assert to_token(identity) == str(identity)
    assert from_token(str(identity)) == identity


@given(st.uuids())
def test_a_string_that_looks_like_a_uuid_is_another_id(identity: UUID) -> None:
    assert to_token(str(identity)) != to_token(identity)
    assert from_token(to_token(str(identity))) == str(identity)


def test_an_id_that_is_too_long_for_a_subject_is_refused() -> None:
    with pytest.raises(DataError):
        to_token("x" * 1001)


def test_streams_and_subjects_say_whose_they_are() -> None:
    names = Names("clinic", "goals")

    assert names.stream("events") == "clinic_goals_events"
    assert names.subjects("events") == "clinic.goals.events"


def test_an_application_may_have_any_name() -> None:
    assert Names("clinic", "my app.v2").stream("events") == "clinic_my%20app%2Ev2_events"
