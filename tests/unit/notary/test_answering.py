"""What the notary answers, and what it refuses, in which words and with which code."""

import logging
import shutil
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import BaseModel

from events.leaf import hole, leaf_of
from events.transparency.checkpoints import Checkpoint
from events.transparency.merkle import leaf_hash, proves_inclusion
from events.transparency.notes import parse_note
from services.notary.answering import Answering
from services.notary.requests import (
    Ask,
    AskCheckpoint,
    AskConsistency,
    AskEntries,
    AskKeys,
    AskNodes,
    AskProofs,
    AskSign,
    AskStatement,
    BytesAnswer,
    KeysAnswer,
    NotaryRefusal,
    NoteAnswer,
    ProofsAnswer,
)
from services.notary.witness_answers import TryLater
from tests.log_in_memory import LogInMemory
from tests.unit.notary.bench import Bench, answering_for
from tests.waiting import eventually
from tests.witness_in_memory import WitnessInMemory

Kind = TypeVar("Kind", bound=BaseModel)


async def asked(answering: Answering, request: Ask, kind: type[Kind]) -> Kind:
    answer = await answering.answer(request)
    assert isinstance(answer, kind)
    return answer


async def refused(answering: Answering, request: Ask) -> str:
    return (await asked(answering, request, NotaryRefusal)).code


async def test_entries_are_the_leaves_with_holes_and_without_words(bench: Bench) -> None:
    bench.log.add(5, "words of a patient ")
    del bench.log.messages[2], bench.log.messages[5]
    bench.log.add(1)
    async with bench.running() as notary:
        await bench.published(notary, 6)
        bundle = (await asked(answering_for(notary), AskEntries(number=0, width=5), BytesAnswer)).content
    leaves = [leaf_of(bench.log.messages[each]) if each not in (2, 5) else hole(each) for each in range(1, 6)]
    assert bundle == b"".join(len(each).to_bytes(2) + each for each in leaves)
    assert b"words of a patient" not in bundle


async def test_entries_that_were_changed_behind_the_tiles_are_refused_and_said(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        bench.log.messages[3] = bench.log.messages[3]._replace(recorded_ns=1)
        assert await refused(answering_for(notary), AskEntries(number=0, width=5)) == "proof.none"
    assert any(each.levelno == logging.ERROR and "between 1 and 5" in each.getMessage() for each in caplog.records)


async def test_what_is_not_published_is_not_proven_yet(bench: Bench) -> None:
    answering = answering_for(bench.made(), seconds=0.05)
    for request in (AskCheckpoint(), AskProofs(positions=(1,)), AskSign()):
        assert await refused(answering, request) == "proof.not_yet"
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        answering = answering_for(notary)
        refusals: list[tuple[Ask, str]] = [
            (AskCheckpoint(size=6), "proof.not_yet"),
            (AskProofs(positions=(6,)), "proof.not_yet"),
            (AskProofs(positions=(1,), size=6), "proof.not_yet"),
            (AskProofs(positions=(1,), size=4), "proof.none"),
            (AskConsistency(old=1, new=6), "proof.not_yet"),
            (AskConsistency(old=5, new=4), "proof.none"),
            (AskNodes(nodes=((2, 1),)), "proof.none"),
            (AskEntries(number=0, width=6), "proof.none"),
        ]
        for each, code in refusals:
            assert await refused(answering, each) == code, each
        assert (await asked(answering, AskConsistency(old=5, new=5), BytesAnswer)).content == b""


async def test_a_data_folder_that_was_put_back_goes_on_being_proven(bench: Bench, tmp_path: Path) -> None:
    """It has taken tiles along: those that are left lead to what was published by then."""
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(5)
    async with bench.running() as notary:
        five = await bench.published(notary, 5)
    shutil.copytree(bench.trees, tmp_path / "of-old")
    bench.log.add(295)
    async with bench.running() as notary:
        await bench.published(notary, 300)
        await notary.sign()
    shutil.rmtree(bench.trees)
    shutil.copytree(tmp_path / "of-old", bench.trees)
    bench.log = LogInMemory(5)

    async with bench.running() as notary:
        await eventually(lambda: notary.status.stopped is not None and notary.status.log_head == 5)
        answering = answering_for(notary)
        answer = await asked(answering, AskProofs(positions=(1,)), ProofsAnswer)
        assert parse_note(answer.note.encode()).text == five.text
        hashes = [answer.proofs[0][at : at + 32] for at in range(0, len(answer.proofs[0]), 32)]
        assert proves_inclusion(0, 5, leaf_hash(leaf_of(bench.log.messages[1])), hashes, bench.root(5))
        assert (await asked(answering, AskConsistency(old=1, new=5), BytesAnswer)).content
        for lost in (AskProofs(positions=(6,)), AskConsistency(old=5, new=300)):
            assert await refused(answering, lost) == "proof.stopped"
        status = notary.status
        assert (status.size, status.published_size, status.quorum) == (300, 300, "all of 1")
        assert [each.cosigned_size for each in status.witnesses] == [300]
        bench.log.add(1)
        await eventually(lambda: notary.status.log_head == 6)


async def test_where_a_witness_knows_more_the_end_of_the_log_is_told_on(bench: Bench) -> None:
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        witness.last = Checkpoint(bench.founded.identity.origin, 9, bytes(32))
        bench.log.add(1)
        await eventually(lambda: "northside has cosigned a tree with 9 leaves" in (notary.status.stopped or ""))
        bench.log.add(7)
        await eventually(lambda: notary.status.log_head == 13)
        answer = await asked(answering_for(notary), AskProofs(positions=(5,)), ProofsAnswer)
        assert len(answer.proofs) == 1


async def test_what_a_witness_says_that_does_not_cosign_is_passed_on(bench: Bench) -> None:
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        witness.instead = TryLater("The records of this witness are older than its own word.")
        bench.log.add(1)
        answering = answering_for(notary, seconds=0.05)
        assert await refused(answering, AskSign()) == "proof.not_yet"
        await eventually(lambda: notary.status.witnesses[0].trouble is not None)
        refusal = await asked(answering, AskSign(), NotaryRefusal)
    assert refusal.code == "proof.not_yet"
    assert refusal.detail == (
        "Too few witnesses have cosigned in time."
        " northside: It says: The records of this witness are older than its own word."
    )


async def test_one_that_waits_for_its_witnesses_proves_and_states_what_is_published(bench: Bench) -> None:
    witness = WitnessInMemory()
    bench.trust("all", witness)
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
    bench.log.add(1)
    witness.silent = True
    async with bench.running() as notary:
        await eventually(lambda: notary.status.waiting is not None)
        answering = answering_for(notary)
        refusal = await asked(answering, AskSign(), NotaryRefusal)
        assert refusal.code == "proof.not_yet"
        assert refusal.detail == (
            "Not enough witnesses have said yet what they last cosigned, so nothing is signed."
            " northside: It does not answer."
        )
        assert await refused(answering, AskProofs(positions=(6,))) == "proof.not_yet"
        answer = await asked(answering, AskProofs(positions=(5,)), ProofsAnswer)
        assert len(answer.proofs) == 1
        statement = await asked(answering, AskStatement(scope="northside", size=5, files={}), NoteAnswer)
        assert "events 5" in statement.note


@pytest.mark.parametrize(
    ("scope", "files"),
    [("*", {}), ("northside.>", {}), ("a.b.c.d", {}), ("a..b", {}), ("northside", {"two\nlines": "0" * 64})],
)
async def test_a_statement_is_about_somebody(bench: Bench, scope: str, files: dict[str, str]) -> None:
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        assert await refused(answering_for(notary), AskStatement(scope=scope, size=5, files=files)) == "request.invalid"
        code = await refused(answering_for(notary), AskStatement(scope="northside", size=4, files={}))
    assert code == "proof.none"


async def test_whose_word_it_is(bench: Bench) -> None:
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        answer = await asked(answering_for(notary), AskKeys(), KeysAnswer)
        note = (await asked(answering_for(notary), AskSign(), NoteAnswer)).note
    assert answer.origin == bench.founded.identity.origin
    assert [(each.use, each.key) for each in answer.keys] == [
        ("checkpoints", str(bench.founded.checkpoints)),
        ("statements", str(bench.founded.statements)),
    ]
    assert answer.policy.splitlines()[:2] == [f"log {bench.founded.checkpoints}", f"log {bench.founded.statements}"]
    assert parse_note(note.encode()).text.startswith(answer.origin)
