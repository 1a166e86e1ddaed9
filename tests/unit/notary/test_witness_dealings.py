"""What the notary does with each answer of a witness (C2SP tlog-witness 1.0.0)."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from events.transparency.checkpoints import Checkpoint, cosignatures_of
from events.transparency.keys import NOTE, SignerKey
from events.transparency.notes import Note, SignatureLine, signed
from events.transparency.policies import Witness, parse_policy
from services.notary.cosigning import Witnesses, witnessed_at
from services.notary.errors import Contradiction
from services.notary.generations import WitnessMemories, WitnessMemory
from services.notary.tile_files import TileFiles
from services.notary.tile_tree import TileTree
from services.notary.witness_answers import Alarm, AnotherSize, Fork, TryLater
from services.notary.witness_dealings import ALARM_SECONDS, LONGEST_PAUSE_SECONDS, WitnessDealings
from tests.witness_in_memory import WitnessInMemory, made_of

ORIGIN = "records.clinic.example/tlog/7f3k2m9q-1"
KEY = SignerKey(ORIGIN, NOTE, bytes(range(32)))


class Clock:
    """Seconds that go on when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tree(tmp_path: Path) -> TileTree:
    tree = TileTree(TileFiles(tmp_path), 0)
    tree.extend(sha256(b"%d" % each).digest() for each in range(300))
    tree.write()
    return tree


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def witness() -> WitnessInMemory:
    return WitnessInMemory()


@pytest.fixture
def dealings(witness: WitnessInMemory, clock: Clock) -> WitnessDealings:
    return WitnessDealings(Witness(witness.name, witness.key.verifier), witness, WitnessMemory(), clock)


def checkpoint(tree: TileTree, size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tree.root_at(size))


async def asked(dealings: WitnessDealings, tree: TileTree, size: int) -> SignatureLine | None:
    wanted = checkpoint(tree, size)
    return await dealings.ask_to_cosign(signed(wanted.text, KEY), wanted, tree)


async def test_it_cosigns_from_what_it_had_on(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree
) -> None:
    for size in (3, 3, 300):
        line = await asked(dealings, tree, size)
        assert line is not None
        assert cosignatures_of(Note(checkpoint(tree, size).text, (line,)), [witness.key.verifier])
    assert witness.asked == [0, 3, 3]
    assert dealings.status.cosigned_size == 300
    assert dealings.status.cosigned_at == datetime.fromtimestamp(witness.at, UTC)


async def test_from_the_size_that_it_names(dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree) -> None:
    witness.last = checkpoint(tree, 7)
    assert await asked(dealings, tree, 300) is not None
    assert witness.asked == [0, 7]


async def test_a_larger_tree_than_ours_is_lost_history(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree
) -> None:
    witness.last = checkpoint(tree, 200)
    with pytest.raises(Contradiction, match="cosigned a tree with 200 leaves, and here are 100"):
        await asked(dealings, tree, 100)


async def test_a_fork(dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree) -> None:
    witness.last = Checkpoint(ORIGIN, 7, bytes(32))
    with pytest.raises(Contradiction, match="does not extend"):
        await asked(dealings, tree, 100)
    witness.instead = Fork()
    with pytest.raises(Contradiction, match="does not extend"):
        await asked(dealings, tree, 100)


async def test_one_that_is_put_back_counts_no_more(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree
) -> None:
    await asked(dealings, tree, 100)
    witness.last = checkpoint(tree, 50)
    for size in (200, 300):
        assert await asked(dealings, tree, size) is None
    assert dealings.memory.rolled_back
    assert "counts no more" in (dealings.status.trouble or "")
    again = WitnessDealings(dealings.witness, witness, dealings.memory, Clock())
    assert await asked(again, tree, 300) is None
    assert not again.counts


@pytest.mark.parametrize("answer", [TryLater(), AnotherSize(7)], ids=["later", "another size each time"])
async def test_it_is_asked_later_and_later(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree, clock: Clock, answer: TryLater
) -> None:
    witness.instead = answer
    times: list[float] = []
    wanted = checkpoint(tree, 100)
    note = signed(wanted.text, KEY)
    for _ in range(1300):
        before = len(witness.asked)
        assert await dealings.ask_to_cosign(note, wanted, tree) is None
        if len(witness.asked) > before:
            times.append(clock.now)
        clock.now += 1
    pauses = [after - before for before, after in pairwise(times)]
    assert pauses[:5] == [1, 2, 4, 8, 16]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


async def test_one_that_was_away_is_back(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree, clock: Clock
) -> None:
    witness.silent = True
    assert await asked(dealings, tree, 100) is None
    assert dealings.status.trouble is not None
    witness.silent, clock.now = False, LONGEST_PAUSE_SECONDS
    assert await asked(dealings, tree, 200) is not None
    assert dealings.status.trouble is None


async def test_what_people_have_to_put_right_is_not_tried_again_at_once(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree, clock: Clock
) -> None:
    witness.instead = Alarm("it does not know this log: it is not registered there")
    await asked(dealings, tree, 100)
    assert dealings.status.trouble == "It does not know this log: it is not registered there."
    times: list[float] = []
    for _ in range(2 * int(ALARM_SECONDS) + 600):
        before = len(witness.asked)
        await asked(dealings, tree, 100)
        if len(witness.asked) > before:
            times.append(clock.now)
        clock.now += 1
    assert [after - before for before, after in pairwise(times)][:3] == [10, 20, 40]
    assert max(after - before for before, after in pairwise(times)) == ALARM_SECONDS
    witness.instead = None
    dealings.leave_alone_no_longer()
    assert await asked(dealings, tree, 100) is not None
    assert dealings.status.trouble is None


async def test_at_the_start_it_says_what_it_has(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree
) -> None:
    await dealings.ask_what_it_has(ORIGIN, tree, None)
    assert dealings.asked
    witness.last = checkpoint(tree, 50)
    await dealings.ask_what_it_has(ORIGIN, tree, None)
    await asked(dealings, tree, 100)
    assert witness.asked == [50]


async def test_one_that_is_down_at_the_start_is_asked_again_within_seconds_and_then_later_and_later(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree, clock: Clock
) -> None:
    witness.silent = True
    known = signed(checkpoint(tree, 3).text, KEY)
    times: list[float] = []
    for _ in range(40):
        before = len(witness.asked)
        await dealings.ask_what_it_has(ORIGIN, tree, known)
        if len(witness.asked) > before:
            times.append(clock.now)
        clock.now += 1
    assert times == [0, 1, 3, 7, 15, 31]
    witness.silent, clock.now = False, 63
    await dealings.ask_what_it_has(ORIGIN, tree, known)
    assert (dealings.asked, dealings.status.trouble) == (True, None)


@pytest.mark.parametrize(
    ("size", "root", "why"), [(301, None, "301 leaves, and here are 300"), (300, bytes(32), "another tree with 300")]
)
async def test_at_the_start_it_knows_more(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree, size: int, root: bytes | None, why: str
) -> None:
    witness.last = Checkpoint(ORIGIN, size, root or bytes(32))
    with pytest.raises(Contradiction, match=why):
        await dealings.ask_what_it_has(ORIGIN, tree, None)


async def test_one_whose_monitors_are_not_answered_is_shown_what_is_published(
    dealings: WitnessDealings, witness: WitnessInMemory, tree: TileTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness.last, there = checkpoint(tree, 300), signed(checkpoint(tree, 300).text, KEY)

    async def silent(origin: str) -> Checkpoint | None:
        witness.silent = True
        try:
            return await WitnessInMemory.last_cosigned(witness, origin)
        finally:
            witness.silent = False

    monkeypatch.setattr(witness, "last_cosigned", silent)
    await dealings.ask_what_it_has(ORIGIN, tree, there)
    assert dealings.asked
    assert dealings.memory.size == 300
    shorter = TileTree(TileFiles(Path("/nowhere")), 0)
    with pytest.raises(Contradiction, match="300 leaves, and here are 0"):
        await dealings.ask_what_it_has(ORIGIN, shorter, there)


async def test_one_without_an_address_is_not_asked(witness: WitnessInMemory, tree: TileTree) -> None:
    dealings = WitnessDealings(Witness(witness.name, witness.key.verifier), None, WitnessMemory(), Clock())
    await dealings.ask_what_it_has(ORIGIN, tree, None)
    assert await asked(dealings, tree, 3) is None
    assert dealings.status.trouble == "The policy has no address for it."


async def test_slow_ones_are_not_waited_for_once_enough_have_cosigned(
    tree: TileTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notary.cosigning.GRACE_SECONDS", 0.01)
    quick, slow = WitnessInMemory("quick"), WitnessInMemory("slow")
    policy = parse_policy(f"{quick.line}\n{slow.line}\ngroup one any quick slow\nquorum one\n")

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(slow, "add_checkpoint", never)
    witnesses = Witnesses(policy, made_of(quick, slow), WitnessMemories(), Clock())
    wanted = checkpoint(tree, 300)
    note = await witnesses.cosigned(signed(wanted.text, KEY), wanted, tree)
    assert note is not None
    assert [each.witness for each in cosignatures_of(note, [quick.key.verifier])] == [quick.key.verifier]


async def test_the_time_at_which_enough_had_cosigned(tree: TileTree) -> None:
    each = [WitnessInMemory(name) for name in ("one", "two", "three")]
    for number, witness in enumerate(each):
        witness.at += 10 * number
    lines = "\n".join(witness.line for witness in each)
    policy = parse_policy(f"{lines}\ngroup two-of-them 2 one two three\nquorum two-of-them\n")
    witnesses = Witnesses(policy, made_of(*each), WitnessMemories(), Clock())
    wanted = checkpoint(tree, 300)
    note = await witnesses.cosigned(signed(wanted.text, KEY), wanted, tree)
    assert note is not None
    assert witnessed_at(note, policy) == datetime.fromtimestamp(each[1].at, UTC)
    assert witnessed_at(note, parse_policy("quorum none\n")) is None
