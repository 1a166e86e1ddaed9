"""A rotation is finished once the new key is published and enough witnesses accept it without the old one."""

from collections.abc import Sequence

import pytest

from events.transparency.checkpoints import Checkpoint
from events.transparency.keys import NOTE, SignerKey
from events.transparency.notes import Note, signed, signers_of
from events.transparency.policies import Policy, parse_policy
from services.notary.errors import NotaryUnusable
from services.notary.rotating import check_taken_up
from services.notary.witness_answers import Alarm, WitnessAnswer
from tests.witness_in_memory import WitnessInMemory, made_of

ORIGIN = "records.clinic.example/tlog/7f3k2m9q-1"
OLD, NEW = (SignerKey(ORIGIN, NOTE, bytes([each]) * 32) for each in (1, 2))
TREE = Checkpoint(ORIGIN, 7, bytes(range(32)))
BOTH = signed(TREE.text, NEW, OLD)


class Trusting(WitnessInMemory):
    """A witness that trusts some keys, and looks at that first."""

    def __init__(self, name: str, *keys: SignerKey):
        super().__init__(name)
        self.trusted = [each.verifier for each in keys]
        self.last = TREE

    async def add_checkpoint(self, old_size: int, proof: Sequence[bytes], note: Note) -> WitnessAnswer:
        if not signers_of(note, self.trusted):
            return Alarm("it does not trust the key that signed")
        return await super().add_checkpoint(old_size, proof, note)


def policy(threshold: str, *witnesses: Trusting) -> Policy:
    names = " ".join(each.name for each in witnesses)
    lines = [f"log {OLD.verifier}", *(each.line for each in witnesses), f"group g {threshold} {names}", "quorum g"]
    return parse_policy("\n".join(lines) + "\n")


async def test_enough_witnesses_accept_it_and_remember_nothing_of_being_asked() -> None:
    told, untold = Trusting("told", OLD, NEW), Trusting("untold", OLD)

    await check_taken_up(BOTH, NEW, policy("any", told, untold), made_of(told, untold))
    assert told.last == TREE


async def test_a_witness_that_cosigns_for_the_old_key_alone_does_not_count() -> None:
    told, untold = Trusting("told", OLD, NEW), Trusting("untold", OLD)

    with pytest.raises(NotaryUnusable, match="untold: it does not trust the key that signed"):
        await check_taken_up(BOTH, NEW, policy("all", told, untold), made_of(told, untold))


async def test_one_that_is_silent_does_not_count() -> None:
    witness = Trusting("silent", OLD, NEW)
    witness.silent = True

    with pytest.raises(NotaryUnusable, match="silent: it does not answer"):
        await check_taken_up(BOTH, NEW, policy("all", witness), made_of(witness))


@pytest.mark.parametrize("published", [None, signed(TREE.text, OLD)], ids=["nothing", "with the old key alone"])
async def test_the_new_key_has_to_be_published_first(published: Note | None) -> None:
    with pytest.raises(NotaryUnusable, match="No published checkpoint is signed with the new key yet"):
        await check_taken_up(published, NEW, parse_policy(f"log {OLD.verifier}\nquorum none\n"), made_of())
