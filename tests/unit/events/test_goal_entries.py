"""A diary as an immutable sequence: whatever is done to it, it holds what a list would hold."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from events.goal.entries import Entries, PackedEntries, ProgressEntry, Rating
from events.vocabulary import Actor
from tests.builders import TODAY

ACTOR = Actor(id="p1", role="patient")
MANY = 100
"""More than a group has."""


def entry(number: int, motivation: int | None = None) -> ProgressEntry:
    day = TODAY + timedelta(days=number % 7)
    return ProgressEntry(
        entry=f"e{number}", version=number + 2, on=day, actor=ACTOR, motivation=motivation, note=f"Note {number}"
    )


def diary(count: int) -> list[ProgressEntry]:
    return [entry(number, number % 11 if number % 3 else None) for number in range(count)]


def grown(entries: Sequence[ProgressEntry], *, packing: bool) -> Entries:
    """Logged one after another, and packed from time to time where that is asked for."""
    found = Entries()
    for each in entries:
        found = found.with_one(each)
        if packing:
            found = found.packed()
    return found


def ratings(entries: Sequence[ProgressEntry]) -> list[Rating]:
    return sorted(Rating(each.on, each.version, each.motivation) for each in entries if each.motivation is not None)


@pytest.fixture(params=[False, True], ids=["as they are", "packed"])
def packing(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 64, 65, MANY])
def test_entries_are_those_that_were_logged_in_their_order(count: int, packing: bool) -> None:
    entries = grown(diary(count), packing=packing)
    assert entries == diary(count) == list(entries)
    assert entries == Entries(diary(count)) == Entries.joined(*entries.parts)
    assert hash(entries) == hash(Entries(diary(count)))
    assert len(entries) == count
    assert sorted(entries.ratings) == ratings(diary(count))
    assert entries.latest_rating == max(ratings(diary(count)), default=None)


def test_an_entry_is_found_by_its_place(packing: bool) -> None:
    entries = grown(diary(MANY), packing=packing)
    for place in (0, 40, MANY - 1, -1, -2, -50, -MANY):
        assert entries[place] == diary(MANY)[place]
    assert entries[30:35] == tuple(diary(MANY)[30:35])
    with pytest.raises(IndexError):
        _ = entries[MANY]


def test_one_more_leaves_those_before_as_they_are(packing: bool) -> None:
    before = grown(diary(MANY), packing=packing)
    one, another = before.with_one(entry(MANY)), before.with_one(entry(MANY + 1))
    assert (len(before), one[-1], another[-1]) == (MANY, entry(MANY), entry(MANY + 1))


def test_an_entry_is_found_by_its_id(packing: bool) -> None:
    entries = grown(diary(MANY), packing=packing)
    assert [entries.named(f"e{number}") for number in range(MANY)] == [[each] for each in diary(MANY)]
    assert entries.named("e1000") == []


@pytest.mark.parametrize("number", [0, 31, 32, 50, MANY - 1])
def test_an_entry_is_changed_and_the_others_are_not(number: int, packing: bool) -> None:
    entries = grown(diary(MANY), packing=packing)
    changed = entries.changed(f"e{number}", lambda each: each.model_copy(update={"motivation": 10}))
    expected = [each.model_copy(update={"motivation": 10}) if each.version == number + 2 else each for each in entries]
    assert changed == expected
    assert sorted(changed.ratings) == ratings(expected)
    assert changed.latest_rating == max(ratings(expected))
    assert entries == diary(MANY)


@pytest.mark.parametrize("number", [0, 31, 32, 50, MANY - 1])
def test_an_entry_is_taken_out(number: int, packing: bool) -> None:
    entries = grown(diary(MANY), packing=packing).changed(f"e{number}", lambda _: None)
    expected = [each for each in diary(MANY) if each.version != number + 2]
    assert entries == expected
    assert (len(entries), entries.latest_rating) == (MANY - 1, max(ratings(expected)))


def test_all_are_taken_out_one_by_one(packing: bool) -> None:
    entries = grown(diary(MANY), packing=packing)
    for number in range(MANY):
        entries = entries.changed(f"e{number}", lambda _: None)
    assert entries == ()
    assert entries.with_one(entry(7)) == (entry(7),)


@given(st.lists(st.tuples(st.sampled_from(["log", "change", "withdraw", "pack"]), st.integers(0, 60)), max_size=120))
def test_whatever_is_done_the_entries_are_those_of_a_list(steps: list[tuple[str, int]]) -> None:
    entries, expected = Entries(), list[ProgressEntry]()
    for step, number in steps:
        named = f"e{number}"
        if step == "log":
            entries = entries.with_one(entry(number))
            expected.append(entry(number))
        elif step == "change":
            entries = entries.changed(named, lambda each: each.model_copy(update={"mood": 3}))
            expected = [each.model_copy(update={"mood": 3}) if each.entry == named else each for each in expected]
        elif step == "withdraw":
            entries = entries.changed(named, lambda _: None)
            expected = [each for each in expected if each.entry != named]
        else:
            entries = entries.packed()
    assert entries == expected


def test_packed_groups_are_shared_and_not_made_again() -> None:
    before = grown(diary(MANY), packing=True)
    groups, _ = before.parts
    later, _ = before.with_one(entry(MANY)).changed("e99", lambda _: None).parts
    assert all(isinstance(each, PackedEntries) for each in groups)
    assert [one is other for one, other in zip(groups, later, strict=True)] == [True] * 3


def test_entries_are_read_and_written_as_a_list(packing: bool) -> None:
    adapter = TypeAdapter(Entries)
    entries = grown(diary(MANY), packing=packing)
    assert adapter.dump_python(entries, mode="json")[40] == entry(40, 7).model_dump(mode="json")
    assert adapter.validate_json(adapter.dump_json(entries)) == entries
    assert adapter.validate_python(entries) is entries
    assert adapter.validate_python(tuple(entries)) == entries
    with pytest.raises(ValidationError):
        adapter.validate_json('[{"entry": "e1"}]')
    assert adapter.json_schema()["type"] == "array"
