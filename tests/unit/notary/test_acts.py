"""What is done with a notary is noted beside its keys at once, whether NATS is there or not."""

from datetime import UTC, datetime

import pytest

from services.notary.acts import note_act, note_missing_acts, note_rotation, noted_acts
from services.notary.errors import ActsUnusable
from services.notary.founding import new_key
from services.notary.generations import STOPPED_FILE
from services.notary.succession import Succession, succeed
from tests.log_in_memory import LogInMemory
from tests.unit.notary.bench import Bench
from tests.waiting import eventually

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ACTS = "acts.json"


def kinds(bench: Bench) -> list[str]:
    return [each.kind for each in noted_acts(bench.folder)]


async def test_from_its_making_to_its_second_generation(bench: Bench) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
        bench.generation.begin_rotation(new_key(bench.founded.identity.origin))
        note_rotation(bench.folder, bench.generation, "rotation_begun", "ada", NOW)
        await eventually(lambda: len(bench.generation.periods()) == 3)
        bench.generation.finish_rotation(NOW)
        note_rotation(bench.folder, bench.generation, "rotation_finished", "ada", NOW)
    ended = succeed(bench.folder, Succession("the disk was lost", "grace", 2, None), NOW)

    assert kinds(bench) == ["founded", "rotation_begun", "rotation_finished", "succeeded"]
    made, begun, finished, succeeded = noted_acts(bench.folder)
    assert (made.origin, made.key) == (bench.founded.identity.origin, str(bench.founded.checkpoints))
    assert (begun.by, begun.size, begun.at) == ("ada", 3, NOW)
    assert begun.key == finished.key != made.key
    assert (succeeded.by, succeeded.reason, succeeded.size) == ("grace", "the disk was lost", 3)
    assert (succeeded.origin, succeeded.key) == (ended.identity.origin, str(ended.checkpoints))


async def test_that_it_stops_is_noted_once_with_what_was_found(bench: Bench) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
    bench.log = LogInMemory(2)
    for _ in range(2):
        async with bench.running() as notary:
            await eventually(lambda: notary.status.stopped is not None)
            why = notary.status.stopped

    assert kinds(bench) == ["founded", "stopped"]
    assert (noted_acts(bench.folder)[-1].reason, noted_acts(bench.folder)[-1].size) == (why, 3)

    (bench.generation.folder / STOPPED_FILE).unlink()
    for _ in range(2):
        note_missing_acts(bench.folder, NOW)
    assert kinds(bench) == ["founded", "stopped", "resumed"]


def test_one_that_an_earlier_version_made_was_made_when_it_was(bench: Bench) -> None:
    (bench.folder.folder / ACTS).unlink()
    for _ in range(2):
        note_missing_acts(bench.folder, NOW)

    (made,) = noted_acts(bench.folder)
    assert (made.kind, made.at, made.by) == ("founded", bench.founded.identity.made_at, "")


def test_it_may_be_noted_while_the_folder_is_locked(bench: Bench) -> None:
    with bench.folder.locked():
        note_rotation(bench.folder, bench.generation, "rotation_begun", "ada", NOW)
    assert kinds(bench) == ["founded", "rotation_begun"]


def test_a_damaged_file_is_said_and_not_written_over(bench: Bench) -> None:
    made = noted_acts(bench.folder)[0]
    (bench.folder.folder / ACTS).write_text("{")
    with pytest.raises(ActsUnusable, match=f"{ACTS} cannot be read. It says what was done"):
        note_act(bench.folder, made)
    note_missing_acts(bench.folder, NOW)  # with which a notary begins
    assert (bench.folder.folder / ACTS).read_text() == "{"


async def test_nothing_is_done_that_could_not_be_noted(bench: Bench) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
    (bench.folder.folder / ACTS).write_text("{")

    with pytest.raises(ActsUnusable):
        succeed(bench.folder, Succession("the disk was lost", "grace", 2, None), NOW)

    assert bench.folder.identity() == bench.founded.identity
