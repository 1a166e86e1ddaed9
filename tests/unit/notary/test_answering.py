"""What the notary answers, and what it refuses, in which words and with which code."""

import logging

import pytest
from pydantic import BaseModel

from events.leaf import hole, leaf_of
from events.transparency.notes import parse_note
from services.notary.answering import Answering
from services.notary.requests import (
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
)
from tests.unit.notary.bench import Bench


async def asked(answering: Answering, request: BaseModel) -> bytes:
    return await answering.answer(request.model_dump_json().encode())


async def refused(answering: Answering, request: BaseModel) -> str:
    return NotaryRefusal.model_validate_json(await asked(answering, request)).code


async def test_entries_are_the_leaves_with_holes_and_without_words(bench: Bench) -> None:
    bench.log.add(5, "words of a patient ")
    del bench.log.messages[2], bench.log.messages[5]
    bench.log.add(1)
    async with bench.running() as notary:
        await bench.published(notary, 6)
        bundle = BytesAnswer.model_validate_json(await asked(Answering(notary), AskEntries(number=0, width=5))).content
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
        assert await refused(Answering(notary), AskEntries(number=0, width=5)) == "proof.none"
    assert any(each.levelno == logging.ERROR and "between 1 and 5" in each.getMessage() for each in caplog.records)


async def test_what_is_not_published_is_not_proven_yet(bench: Bench) -> None:
    answering = Answering(bench.made(), seconds=0.05)
    for request in (AskCheckpoint(), AskProofs(positions=(1,)), AskSign()):
        assert await refused(answering, request) == "proof.not_yet"
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        answering = Answering(notary)
        refusals: list[tuple[BaseModel, str]] = [
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
        assert BytesAnswer.model_validate_json(await asked(answering, AskConsistency(old=5, new=5))).content == b""


@pytest.mark.parametrize(
    ("scope", "files"),
    [("*", {}), ("northside.>", {}), ("a.b.c.d", {}), ("a..b", {}), ("northside", {"two\nlines": "0" * 64})],
)
async def test_a_statement_is_about_somebody(bench: Bench, scope: str, files: dict[str, str]) -> None:
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        assert await refused(Answering(notary), AskStatement(scope=scope, size=5, files=files)) == "request.invalid"
        code = await refused(Answering(notary), AskStatement(scope="northside", size=4, files={}))
    assert code == "proof.none"


async def test_whose_word_it_is(bench: Bench) -> None:
    bench.log.add(5)
    async with bench.running() as notary:
        await bench.published(notary, 5)
        answer = KeysAnswer.model_validate_json(await asked(Answering(notary), AskKeys()))
        note = NoteAnswer.model_validate_json(await asked(Answering(notary), AskSign())).note
    assert answer.origin == bench.founded.identity.origin
    assert [(each.use, each.key) for each in answer.keys] == [
        ("checkpoints", str(bench.founded.checkpoints)),
        ("statements", str(bench.founded.statements)),
    ]
    assert answer.policy.splitlines()[:2] == [f"log {bench.founded.checkpoints}", f"log {bench.founded.statements}"]
    assert parse_note(note.encode()).text.startswith(answer.origin)
