"""Cairn's ids as FHIR ids: within FHIR's bounds, and read back to what they were."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.identity import GoalId
from services.fhir.ids import SURE_TO_FIT, digest_of, fhir_id, patient_fhir_id, read_fhir_id

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
ids = st.builds(GoalId, *[st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)] * 3)
short_ids = st.builds(GoalId, *[st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)] * 3)


@pytest.mark.parametrize(
    ("goal_id", "written"),
    [
        (GoalId("northside", "pt-7f3a", "evenings"), "northside.pt-7f3a.evenings"),
        (GoalId("northside", "f001", "f001_goal"), "northside.f001.f001..goal"),
        (GoalId("a_", "b__c", "d"), "a...b....c.d"),
    ],
)
def test_an_id_is_itself_with_two_dots_for_an_underscore(goal_id: GoalId, written: str) -> None:
    assert fhir_id(goal_id) == written
    address = read_fhir_id(written, 3)
    assert address is not None
    assert address.tokens == goal_id


@pytest.mark.parametrize("goal_id", [GoalId("o", "p" * 64, "g" * 64), GoalId("o", "_p", "g")])
def test_an_id_that_cannot_be_written_out_is_a_digest(goal_id: GoalId) -> None:
    written = fhir_id(goal_id)

    assert written == digest_of(goal_id)
    address = read_fhir_id(written, 3)
    assert address is not None
    assert (address.tokens, address.digest) == ((), written)


@given(ids | short_ids)
def test_every_id_is_one_for_fhir_and_can_be_told_from_every_other(goal_id: GoalId) -> None:
    for written, tokens, part in (
        (fhir_id(goal_id), 3, ""),
        (fhir_id(goal_id, 4711), 3, "4711"),
        (fhir_id(goal_id, "baseline"), 3, "baseline"),
        (patient_fhir_id(goal_id), 2, ""),
    ):
        assert FHIR_ID.fullmatch(written)
        address = read_fhir_id(written, tokens, part=bool(part))
        assert address is not None
        assert address.part == part
        assert address.tokens == goal_id[:tokens] or address.digest == digest_of(goal_id[:tokens])


@given(ids | short_ids)
def test_only_an_id_of_many_characters_or_with_an_odd_beginning_needs_to_be_looked_up(goal_id: GoalId) -> None:
    address = read_fhir_id(fhir_id(goal_id, 2**31), 3, part=True)

    assert address is not None
    if address.digest:
        odd = any(token.startswith("_") for token in goal_id)
        assert odd or len("".join(goal_id).replace("_", "..")) > SURE_TO_FIT


def test_the_plain_cairn_id_is_understood_as_well() -> None:
    long = GoalId("northside", "d92a3a52-50c3-446f-a3f9-7d34f7680bcb", "b62f6dd5-26c5-43a6-8033-d6db79155048")

    for goal_id in (long, GoalId("o", "_p", "g_1")):
        address = read_fhir_id(str(goal_id), 3)
        assert address is not None
        assert address.tokens == goal_id


@pytest.mark.parametrize("text", ["", ".", "a", "a.b", "a.b.c.d", "a..b", "a/b/c", "ä.b.c", "h" + "0" * 39, "x" * 301])
def test_what_can_be_no_id_is_none(text: str) -> None:
    assert read_fhir_id(text, 3) is None
