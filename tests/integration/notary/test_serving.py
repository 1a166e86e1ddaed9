"""The notary with a real log: from the first event to a published checkpoint, and every answer verified."""

from hashlib import sha256

import pytest

from events.leaf import leaf_of
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.merkle import leaf_hash, proves_consistency, proves_inclusion
from events.transparency.notes import signers_of
from services.notary.asking import NotaryRefused
from tests.integration.notary.house import ORG, House
from tests.waiting import eventually


async def test_from_the_first_event_to_a_published_checkpoint(house: House) -> None:
    founded = house.found()
    await house.write(3)
    async with house.notary():
        first = await house.published(3)
        assert first.origin == founded.identity.origin
        sent = await eventually(lambda: [note for note in house.heard if f"\n{first.size}\n" in note.text])
        assert opened_checkpoint(sent[0], founded.checkpoints) == first

        await house.write(300)
        second = await house.published(303)

        note, proofs = await house.asked.proofs((1, 2, 303))
        assert opened_checkpoint(note, founded.checkpoints) == second
        for position, proof in zip((1, 2, 303), proofs, strict=True):
            stored = await house.log.raw_at(position)
            assert stored is not None
            assert proves_inclusion(position - 1, 303, leaf_hash(leaf_of(stored)), proof, second.root)
        earlier = await house.asked.consistency(first.size, 303)
        assert proves_consistency(first.size, 303, earlier, first.root, second.root)

        bundle = await house.asked.entries(0, 256)
        tile = await house.asked.tile(0, 0, 256)
        leaves = []
        while bundle:
            length = int.from_bytes(bundle[:2])
            leaves.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
        assert b"".join(map(leaf_hash, leaves)) == tile
        assert await house.asked.nodes(((8, 0), (0, 302))) == [
            await house.asked.tile(1, 0, 1),
            (await house.asked.tile(0, 1, 47))[-32:],
        ]
        with pytest.raises(NotaryRefused) as refused:
            await house.asked.proofs((304,))
        assert refused.value.code == "proof.not_yet"


async def test_a_statement_counts_what_the_log_holds(house: House) -> None:
    founded = house.found()
    await house.write(5)
    async with house.notary():
        await house.published(5)
        digest = sha256(b"a file").hexdigest()
        stored = await house.log.raw_at(2)
        assert stored is not None
        patient = stored.subject.split(".")[3]
        note = await house.asked.statement(f"{ORG}.{patient}", 5, {"events.jsonl": digest})
        whole = await house.asked.statement(ORG, 5, {})

    assert signers_of(note, [founded.statements]) == [founded.statements]
    assert note.text.splitlines() == [
        "cairn-statement/1",
        founded.identity.origin,
        "5",
        f"{ORG}.{patient}",
        "events 1",
        "last 2",
        "positions " + sha256(b"2\n").hexdigest(),
        f"file {digest} events.jsonl",
    ]
    assert "events 5\nlast 5\n" in whole.text
