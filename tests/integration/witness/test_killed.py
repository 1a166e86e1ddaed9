"""A witness is a process that can be killed at any time, and is asked by several at once: it never goes back."""

import asyncio
import signal
from pathlib import Path

import pytest

from services.notary.witness_answers import AnotherSize, Cosigned, TryLater
from services.notary.witnesses import WitnessClient
from services.witness.errors import WitnessRecordsUnusable
from tests.integration.witness.own_witness import OwnWitness
from tests.witnesses import ORIGIN, SigningLog

LARGEST = 100
IN_A_ROUND = 20


async def test_of_many_at_once_one_is_cosigned_and_the_others_hear_its_size(
    own_witness: OwnWitness, tmp_path: Path
) -> None:
    log = SigningLog(tmp_path / "log")
    log.grow(LARGEST)
    own_witness.trust(log.key.verifier)
    process = await own_witness.started()
    client = WitnessClient(own_witness.url, own_witness.key, 30)

    sizes = range(10, 42)
    answers = await asyncio.gather(*(client.add_checkpoint(0, [], log.checkpoint(size)) for size in sizes))

    (first,) = [size for size, answer in zip(sizes, answers, strict=True) if isinstance(answer, Cosigned)]
    assert [answer for answer in answers if not isinstance(answer, Cosigned)] == [AnotherSize(first)] * (len(sizes) - 1)
    last = await client.last_cosigned(ORIGIN)
    assert last is not None
    assert last.size == first
    await client.close()
    process.terminate()
    assert await process.wait() == 0


async def test_what_was_cosigned_outlives_a_kill_and_nothing_smaller_is_cosigned_after(
    own_witness: OwnWitness, tmp_path: Path
) -> None:
    log = SigningLog(tmp_path / "log")
    log.grow(LARGEST)
    own_witness.trust(log.key.verifier)
    acknowledged = 0
    for round_ in range(1, 3):
        process = await own_witness.started()
        client = WitnessClient(own_witness.url, own_witness.key, 30)
        last = await client.last_cosigned(ORIGIN)
        known = last.size if last is not None else 0
        assert known >= acknowledged
        smaller = await client.add_checkpoint(0, [], log.checkpoint(max(1, known - 1)))
        assert smaller == AnotherSize(known) if known else isinstance(smaller, Cosigned)
        known = known or 1
        while known < IN_A_ROUND * round_ or process.returncode is None:
            old, known = known, known + 1
            if known == IN_A_ROUND * round_:
                process.send_signal(signal.SIGKILL)  # while this one is asked for
            proof = log.tree.consistency_proof(old, known)
            answer = await client.add_checkpoint(old, proof, log.checkpoint(known))
            if not isinstance(answer, Cosigned):
                assert isinstance(answer, TryLater)
                break
            acknowledged = known
        assert await process.wait() == -signal.SIGKILL
        await client.close()
    assert acknowledged > IN_A_ROUND + 5


async def test_a_witness_without_its_records_does_not_start(own_witness: OwnWitness) -> None:
    own_witness.folder.records_file.unlink()
    with pytest.raises(WitnessRecordsUnusable, match="are gone"):
        async with own_witness.serving(witness_org=None):
            pass
