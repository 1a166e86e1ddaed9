"""The notary at work: what it signs, in which order, and what becomes of that when it is killed in between."""

import asyncio
import errno
from datetime import UTC, datetime

import pytest

from events.leaf import hole
from events.transparency.checkpoints import checkpoint_of, cosignatures_of, opened_checkpoint
from events.transparency.merkle import leaf_hash, proves_inclusion
from events.transparency.notes import signers_of
from services.notary import notary as notary_module
from services.notary import signing_rounds
from services.notary.errors import NotaryUnusable, SigningStopped
from services.notary.founding import new_key
from services.notary.generations import KEY_FILE, Generation
from services.notary.published import Published
from services.notary.requests import (
    AskProofs,
    AskTile,
    AskWitnesses,
    BytesAnswer,
    NotaryAnswer,
    NotaryRefusal,
    NotaryStatus,
    ProofsAnswer,
)
from services.notary.succession import Succession, newest_checkpoint, succeed
from services.notary.tile_tree import TileTree
from services.notary.witness_answers import Alarm
from tests.log_in_memory import LogInMemory
from tests.unit.notary.bench import Bench, answering_for
from tests.waiting import eventually
from tests.witness_in_memory import WitnessInMemory


async def test_an_empty_log_is_signed_too(bench: Bench) -> None:
    async with bench.running() as notary:
        await eventually(lambda: notary.published.note is not None)
        await bench.published(notary, 0)


async def test_what_comes_is_signed_and_sent(bench: Bench) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
        bench.log.add(300)
        note = await bench.published(notary, 303)
        await eventually(lambda: bench.sent.notes[-1] == note)


async def test_a_position_without_a_message_is_a_hole(bench: Bench) -> None:
    bench.log.add(6)
    del bench.log.messages[1], bench.log.messages[4]
    async with bench.running() as notary:
        await bench.published(notary, 6)
        answer = await answering_for(notary).answer(AskProofs(positions=(4,)))
    assert isinstance(answer, ProofsAnswer)
    proof = [answer.proofs[0][at : at + 32] for at in range(0, len(answer.proofs[0]), 32)]
    assert proves_inclusion(3, 6, leaf_hash(hole(4)), proof, bench.root(6))


async def test_a_quiet_log_is_signed_again_and_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_rounds, "STILL_THERE_SECONDS", 0.01)
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(2)
    async with bench.running() as notary:
        await bench.published(notary, 2)
        witness.at += 600
        await eventually(lambda: notary.status.witnesses[0].cosigned_at == datetime.fromtimestamp(witness.at, UTC))
        assert (await bench.published(notary, 2)).text == bench.sent.notes[0].text


async def test_what_is_signed_waits_for_enough_witnesses(bench: Bench) -> None:
    first, second = WitnessInMemory("first"), WitnessInMemory("second")
    bench.trust("all", first, second)
    bench.log.add(2)
    async with bench.running() as notary:
        await bench.published(notary, 2)
        second.silent = True
        bench.log.add(1)
        await eventually(lambda: notary.status.size == 3 and first.last is not None and first.last.size == 3)
        assert notary.published.size == 2
        assert notary.status.witnesses[1].trouble is not None
        second.silent = False
        note = await bench.published(notary, 3)
        await eventually(lambda: bench.sent.notes[-1] == note)
    keys = [first.key.verifier, second.key.verifier]
    assert {each.witness for each in cosignatures_of(note, keys)} == set(keys)
    assert all(checkpoint_of(each).size != 3 for each in bench.sent.notes[:-1])


async def test_nothing_is_signed_before_witnesses_said_what_they_know(bench: Bench) -> None:
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(2)
    witness.silent = True
    async with bench.running() as notary:
        await eventually(lambda: "Not enough witnesses" in (notary.status.waiting or ""))
        assert bench.generation.last_signed() is None
        witness.silent = False
        await bench.published(notary, 2)
        assert notary.status.stopped is notary.status.waiting is None


@pytest.mark.parametrize(
    ("where", "what"),
    [(Generation, "note_signed"), (Published, "publish"), (TileTree, "write")],
    ids=["before it is remembered", "before it is published", "before the tiles are on the disk"],
)
async def test_it_is_killed(bench: Bench, monkeypatch: pytest.MonkeyPatch, where: type, what: str) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()

    def broken_off(*_: object, **__: object) -> None:
        loop.call_soon_threadsafe(reached.set)
        raise OSError(5, "the power is gone")

    with monkeypatch.context() as patched:
        patched.setattr(where, what, broken_off)
        bench.log.add(4)
        async with bench.running():
            async with asyncio.timeout(60):
                await reached.wait()
    bench.log.add(300)
    async with bench.running() as notary:
        await bench.published(notary, 307)
        assert notary.status.stopped is None


async def test_tiles_that_are_lost_are_built_anew(bench: Bench) -> None:
    bench.log.add(300)
    async with bench.running() as notary:
        await bench.published(notary, 300)
    tiles = bench.trees / "1" / "tile"
    (tiles / "0" / "001").write_bytes(b"")
    bench.log.add(1)
    async with bench.running() as notary:
        await bench.published(notary, 301)
    assert [each.name.partition("-")[0] for each in bench.trees.glob("1/tile.*")] == ["tile.broken"]


async def test_lost_tiles_of_another_log_stop_it_and_stay(bench: Bench) -> None:
    bench.log.add(300)
    async with bench.running() as notary:
        await bench.published(notary, 300)
    kept = (bench.trees / "1" / "tile" / "0" / "000").read_bytes()
    (bench.trees / "1" / "tile" / "0" / "001").unlink()
    bench.log = LogInMemory()
    bench.log.add(400, "another ")
    async with bench.running() as notary:
        await eventually(lambda: "the log is another one" in (notary.status.stopped or ""))
    assert (bench.trees / "1" / "tile" / "0" / "000").read_bytes() == kept


async def test_tiles_that_were_changed_stop_it(bench: Bench) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
    tile = bench.trees / "1" / "tile" / "0" / "000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    async with bench.running() as notary:
        await eventually(lambda: "the tiles on the disk are of another tree" in (notary.status.stopped or ""))
        with pytest.raises(SigningStopped):
            await notary.sign()
    assert bench.told


async def test_an_event_that_is_gone_stops_it_at_the_next_start(bench: Bench) -> None:
    bench.log.add(9)
    async with bench.running() as notary:
        await bench.published(notary, 9)
    bench.log.messages[9] = bench.log.messages[9]._replace(body=b"reworded")
    async with bench.running() as notary:
        await eventually(lambda: "position 9 of the log" in (notary.status.stopped or ""))


async def test_a_stop_lasts_over_restarts(bench: Bench) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
    whole = bench.log
    bench.log = LogInMemory(2)
    async with bench.running() as notary:
        await eventually(lambda: notary.status.stopped is not None)
    bench.log = whole
    bench.log.add(1)
    async with bench.running() as notary:
        await eventually(lambda: len(bench.told) == 2)
        assert (notary.status.size, notary.published.size) == (3, 3)


async def test_a_new_generation_begins_also_while_all_is_well(bench: Bench) -> None:
    bench.log.add(3)
    async with bench.running() as notary:
        await bench.published(notary, 3)
        checkpoint = newest_checkpoint(bench.trees / "1", bench.generation)
        begun = succeed(bench.folder, Succession("the key was seen", "ada", 3, checkpoint), datetime.now(UTC))
        await eventually(lambda: notary.identity == begun.identity and notary.published.size == 3)
        note = notary.published.note
        assert note is not None
        assert opened_checkpoint(note, begun.checkpoints).size == 3
        former = {each.key for each in notary.keys().former}
        assert former == {str(bench.founded.checkpoints), str(bench.founded.statements)}


async def test_what_the_policy_asks_for_is_told_also_while_a_key_is_missing(bench: Bench) -> None:
    bench.trust("all", WitnessInMemory())
    (bench.generation.folder / KEY_FILE).unlink()

    assert bench.made().status.quorum == "all of 1"


async def test_a_policy_is_heeded_when_it_changes_and_kept_when_it_is_wrong(bench: Bench) -> None:
    bench.log.add(1)
    witness = WitnessInMemory()
    bench.witnesses = [witness]
    async with bench.running() as notary:
        await bench.published(notary, 1)
        bench.trust("all", witness)
        bench.log.add(1)
        note = await bench.published(notary, 2)
        assert cosignatures_of(note, [witness.key.verifier])
        (bench.folder.folder / "policy").write_text("quorum nobody\n")
        bench.log.add(1)
        assert cosignatures_of(await bench.published(notary, 3), [witness.key.verifier])
        with pytest.raises(NotaryUnusable, match="line 1 of the policy"):
            notary.keys()


async def test_a_policy_that_cannot_be_read_is_told_and_one_that_can_again_is_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notary_module, "LOOK_SECONDS", 0.01)
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(1)
    async with bench.running() as notary:
        await bench.published(notary, 1)
        (bench.folder.folder / "policy").write_text(f"{witness.line}\n")
        await eventually(lambda: "quorum" in (notary.status.policy_trouble or ""))
        assert notary.status.quorum == "all of 1"
        bench.trust("any", witness)
        await eventually(lambda: notary.status.policy_trouble is None)


async def test_a_new_key_signs_at_once_in_a_quiet_log(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notary_module, "LOOK_SECONDS", 0.01)
    bench.log.add(1)
    async with bench.running() as notary:
        await bench.published(notary, 1)
        key = new_key(bench.generation.origin)
        bench.generation.begin_rotation(key)
        await eventually(lambda: str(key.verifier) in {each.key for each in bench.generation.periods()})
        await eventually(
            lambda: notary.published.note is not None and signers_of(notary.published.note, [key.verifier])
        )


async def test_since_when_nothing_is_published_is_known_and_witnesses_are_asked_on_request(bench: Bench) -> None:
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(1)
    async with bench.running() as notary:
        await bench.published(notary, 1)
        assert notary.status.unpublished_since is None
        witness.instead = Alarm("it does not trust the key that signed")
        bench.log.add(1)
        await eventually(lambda: notary.status.unpublished_since is not None)
        times = len(witness.asked)
        witness.instead = None
        status = await answering_for(notary).answer(AskWitnesses())
        assert isinstance(status, NotaryStatus)
        assert len(witness.asked) > times
        assert (status.published_size, status.unpublished_since) == (2, None)


async def test_only_one_signs_with_a_folder(bench: Bench) -> None:
    bench.log.add(1)
    async with bench.running() as first:
        await bench.published(first, 1)
        async with bench.running() as second:
            await eventually(lambda: "there can be only one" in (second.status.waiting or ""))


@pytest.mark.parametrize(
    ("where", "what"),
    [(Generation, "note_signed"), (Published, "publish"), (TileTree, "write")],
    ids=["what it remembers", "what is published", "the tiles"],
)
async def test_a_disk_that_is_full_is_told_until_it_signs_again(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: type,
    what: str,
) -> None:
    """It begins again each second, and each time it is well until it writes: that is not told as the end of it."""
    monkeypatch.setattr(notary_module, "_RESTART_SECONDS", 0)
    writes, tried = getattr(where, what), 0

    def has_no_room(*_: object, **__: object) -> None:
        nonlocal tried
        tried += 1
        raise OSError(errno.ENOSPC, "No space left on device")

    bench.log.add(1)
    async with bench.running() as notary:
        await bench.published(notary, 1)
        monkeypatch.setattr(where, what, has_no_room)
        bench.log.add(2)
        await eventually(lambda: tried > 2)
        folders = f"{bench.folder.folder} or {bench.trees / '1'}"
        assert notary.status.waiting == f"Something in {folders} cannot be read or written: No space left on device"
        assert notary.status.stopped is None
        monkeypatch.setattr(where, what, writes)
        await bench.published(notary, 3)
        await eventually(lambda: notary.status.waiting is None)
    told = [each.message for each in caplog.records if "No space left" in each.message]
    assert len(told) == 1


async def test_of_a_tree_whose_tile_is_lost_nothing_wrong_is_said(bench: Bench) -> None:
    bench.log.add(600)
    async with bench.running() as notary:
        await bench.published(notary, 600)
        answering = answering_for(notary)

        async def tile(number: int, width: int) -> NotaryAnswer:
            return await answering.answer(AskTile(level=0, number=number, width=width))

        async def hashes(number: int, width: int) -> int:
            answer = await tile(number, width)
            assert isinstance(answer, BytesAnswer)
            return len(answer.content) // 32

        assert await hashes(0, 256) == 256
        (bench.trees / "1" / "tile" / "0" / "000").unlink()
        for number, width in ((0, 256), (2, 89), (9, 256)):
            refusal = await tile(number, width)
            assert isinstance(refusal, NotaryRefusal)
            assert refusal.code == "proof.none"
        assert await hashes(2, 88) == 88
