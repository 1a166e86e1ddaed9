"""What others make of Cairn's checkpoints, cosignatures and proofs, and what Cairn makes of another's witness.

The judges are aics-tlog and aics-witness; they have none of Cairn's code, and Cairn none of theirs.
"""

import base64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic_core import from_json

from events.transparency.checkpoints import Checkpoint
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey, VerifierKey, parse_verifier_key
from events.transparency.merkle import leaf_hash
from events.transparency.notes import Note, SignatureLine, signed
from events.transparency.tiles import tiles_of
from services.notary.witness_answers import SIZE_TYPE, Alarm, AnotherSize, Cosigned, Fork, WitnessAnswer
from services.notary.witness_requests import AddCheckpoint
from services.notary.witnesses import WitnessClient
from services.witness.errors import NotCosigned
from services.witness.records import Records
from services.witness.witnessing import Witness, trust
from tests.exchange.python_judges import PythonJudges
from tests.witnesses import ORIGIN, SigningLog

SIZE = 1_500
OWN_WITNESS = SignerKey("witness.northside.example/cairn", COSIGNATURE, bytes(range(1, 33)))


@pytest.fixture
def log(tmp_path: Path) -> SigningLog:
    log = SigningLog(tmp_path / "log")
    log.grow(SIZE)
    return log


def encoded(*hashes: bytes) -> list[str]:
    return [base64.b64encode(each).decode() for each in hashes]


def root(log: SigningLog, size: int) -> str:
    return encoded(log.tree.root_at(size))[0]


def inclusion(log: SigningLog, index: int, size: int) -> dict[str, object]:
    proof = encoded(*log.tree.inclusion_proof(index, size))
    leaf = encoded(str(index).encode())[0]
    return {"kind": "inclusion", "leaf": leaf, "index": index, "size": size, "proof": proof, "root": root(log, size)}


def consistency(log: SigningLog, old: int, new: int) -> dict[str, object]:
    proof = encoded(*log.tree.consistency_proof(old, new))
    roots = {"old_root": root(log, old), "new_root": root(log, new)}
    return {"kind": "consistency", "old": old, "new": new, "proof": proof, **roots}


def test_every_kind_of_proof_holds_and_a_wrong_one_does_not(judges: PythonJudges, log: SigningLog) -> None:
    sizes = (1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 1_024, 1_025, SIZE)
    right = [inclusion(log, index, size) for size in sizes for index in {0, size // 2, size - 1}]
    right += [consistency(log, old, new) for new in sizes for old in sizes if old <= new]
    wrong = [
        {**inclusion(log, 5, SIZE), "leaf": encoded(b"6")[0]},
        {**inclusion(log, 5, SIZE), "index": 4},
        {**inclusion(log, 5, 1_024), "size": 2_048},
        {**inclusion(log, 5, SIZE), "root": root(log, 1_024)},
        {**consistency(log, 256, SIZE), "old": 257},
        {**consistency(log, 256, SIZE), "old_root": root(log, 257)},
        {**consistency(log, 256, SIZE), "new_root": root(log, 257)},
    ]
    assert judges.say(right) == [True] * len(right)
    assert judges.say(wrong) == [False] * len(wrong)


def test_a_folder_of_tiles_is_read_as_it_is_published(judges: PythonJudges, log: SigningLog, tmp_path: Path) -> None:
    for tile in tiles_of(SIZE):
        file = tmp_path / "published" / "tile" / tile.address
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(log.tree.tile(tile) or b"")
    folder = str(tmp_path / "published")
    asked = [{**inclusion(log, index, SIZE), "kind": "tiles", "folder": folder} for index in (0, 700, SIZE - 1)]
    assert judges.say(asked) == [True, True, True]


def test_checkpoints_with_cairns_own_cosignatures_are_vouched_for(
    judges: PythonJudges, log: SigningLog, tmp_path: Path
) -> None:
    Records.make(tmp_path / "records.db", "own")
    with closing(Records(tmp_path / "records.db", "own")) as records:
        trust(records, log.key.verifier, ())
        line = Witness(records, OWN_WITNESS, lambda: 1_800_000_000).add_checkpoint(log.request(0, 700))
    note = log.checkpoint(700)

    def question(note: Note, quorum: int = 1, key: VerifierKey = log.key.verifier) -> dict[str, object]:
        witnesses = [str(OWN_WITNESS.verifier)]
        return {"kind": "checkpoint", "note": str(note), "log": str(key), "witnesses": witnesses, "quorum": quorum}

    forged = SignatureLine(line.name, line.key_id, line.signature[:-1] + bytes((line.signature[-1] ^ 1,)))
    stranger = SignerKey(ORIGIN, NOTE, bytes(range(5, 37)))
    assert judges.say(
        [
            question(note.with_lines([line])),
            question(note, 0),
            question(note),
            question(note.with_lines([forged])),
            question(Note(log.checkpoint(701).text, (*note.signatures, line))),
            question(note.with_lines([line]), key=stranger.verifier),
        ]
    ) == [True, True, False, False, False, False]


def test_the_shared_vectors_are_judged_alike(judges: PythonJudges, shared_data: Path) -> None:
    vectors: dict[str, Any] = from_json((shared_data / "tlog_vectors.json").read_bytes())
    roots, keys = vectors["roots"], vectors["keys"]
    leaves = {index: _leaf_hash_of_vectors(index) for index in {each["index"] for each in vectors["inclusion"]}}
    questions: list[dict[str, object]] = [
        {**each, "kind": "inclusion", "leaf_hash": leaves[each["index"]], "root": roots[str(each["size"])]}
        for each in vectors["inclusion"]
    ]
    questions += [
        {**each, "kind": "consistency", "old_root": roots[str(each["old"])], "new_root": roots[str(each["new"])]}
        for each in vectors["consistency"]
    ]
    cosigned = {"log": keys["log_vkey"], "witnesses": [keys["witness_vkey"]], "quorum": 1}
    questions += [
        {**cosigned, "kind": "checkpoint", "note": each["checkpoint"] + each["cosignature_line"]}
        for each in vectors["notes"].values()
    ]
    assert judges.say(questions) == [True] * len(questions)


class Judge:
    """aics-witness, which knows the log.

    Attributes:
        key: Its key.
        url: Where it is.
    """

    def __init__(self, url: str, key: VerifierKey):
        self.key = key
        self.url = url
        self.client = WitnessClient(url, key, 30)

    async def add(self, log: SigningLog, old: int, new: int, note: Note | None = None) -> WitnessAnswer:
        proof = log.tree.consistency_proof(old, new) if old <= new else []
        return await self.client.add_checkpoint(old, proof, note or log.checkpoint(new))


@pytest.fixture
def judge(judges: PythonJudges, tmp_path: Path, log: SigningLog) -> Iterator[Judge]:
    config = tmp_path / "witness.json"
    named = ("-c", str(config))
    key = judges.witness("init", *named, "--name", "judge.example/w1", "--listen", "127.0.0.1:0").strip()
    judges.witness("add-log", *named, "--origin", ORIGIN, "--vkey", str(log.key.verifier))
    with judges.witness_serving(config) as url:
        yield Judge(url, parse_verifier_key(key))


async def test_another_makers_witness_answers_each_case_as_cairns_client_expects(
    judge: Judge, log: SigningLog, tmp_path: Path
) -> None:
    assert await judge.client.last_cosigned(ORIGIN) is None
    assert isinstance(await judge.add(log, 0, 300), Cosigned)
    assert isinstance(await judge.add(log, 300, 700), Cosigned)
    assert isinstance(await judge.add(log, 700, 700), Cosigned), "the same size again"
    assert await judge.client.last_cosigned(ORIGIN) == Checkpoint(ORIGIN, 700, log.tree.root_at(700))

    assert await judge.add(log, 0, 800) == AnotherSize(700)
    assert await judge.add(log, 300, 800) == AnotherSize(700)
    other = SigningLog(tmp_path / "other", history="other ")
    other.grow(800)
    assert await judge.add(other, 700, 800) == Fork()
    assert await judge.add(other, 700, 700) == Fork()

    stranger = SignerKey(ORIGIN, NOTE, bytes(range(5, 37)))
    unknown = SigningLog(tmp_path / "unknown", "another.example/tlog/7f3k2m9q-1")
    unknown.grow(3)
    extended = signed(log.checkpoint(800).text + "more\n", log.key)
    for answer, why in (
        (await judge.add(log, 700, 800, log.checkpoint(800, stranger)), "does not trust the key"),
        (await judge.add(unknown, 0, 3), "does not know this log"),
        (await judge.add(log, 800, 700), "cannot read the request"),
        (await judge.add(log, 700, 800, extended), "cannot read the request"),
    ):
        assert isinstance(answer, Alarm)
        assert why in answer.reason
    assert isinstance(await judge.add(log, 700, SIZE), Cosigned)
    await judge.client.close()


async def test_two_makers_witnesses_answer_the_same_requests_alike(
    judge: Judge, log: SigningLog, tmp_path: Path
) -> None:
    other = SigningLog(tmp_path / "other", history="other ")
    other.grow(800)
    unknown = SigningLog(tmp_path / "unknown", "another.example/tlog/7f3k2m9q-1")
    unknown.grow(3)
    stranger = SignerKey(ORIGIN, NOTE, bytes(range(5, 37)))
    good, line = log.checkpoint(300), encoded(bytes(32))[0]
    requests = (
        b"",
        b"old 0\n",
        b"old 01\n\n" + str(good).encode(),
        b"old 0 \n\n" + str(good).encode(),
        b"old 9223372036854775808\n\n" + str(good).encode(),
        f"old 0\n{line[:-1]}\n\n{good}".encode(),
        f"old 0\n{line[:-2]}B=\n\n{good}".encode(),
        f"old 0\n{line} \n\n{good}".encode(),
        ("old 0\n" + f"{line}\n" * 64 + f"\n{good}").encode(),
        ("old 0\n" + f"{line}\n" * 63 + f"\n{good}").encode(),
        f"old 0\r\n\r\n{good}".encode(),
        f"old 0\n\n{good.text}".encode(),
        unknown.request(0, 3),
        bytes(AddCheckpoint(3, (), unknown.checkpoint(2, stranger))),
        log.request(0, 300, stranger),
        bytes(AddCheckpoint(301, (), log.checkpoint(300, stranger))),
        bytes(AddCheckpoint(0, (), Note(log.checkpoint(301).text, good.signatures))),
        bytes(AddCheckpoint(301, (), good)),
        bytes(AddCheckpoint(7, (), good)),
        bytes(AddCheckpoint(0, (bytes(32),), good)),
        bytes(AddCheckpoint(0, (), signed(good.text + "more\n", log.key))),
        bytes(AddCheckpoint(0, (), signed(Checkpoint(ORIGIN, 0, bytes(32)).text, log.key))),
        log.request(0, 0),
        log.request(0, 300),
        log.request(300, 300),
        log.request(300, 300, stranger, log.key),
        log.request(0, 300),
        log.request(299, 300),
        log.request(300, 200),
        bytes(AddCheckpoint(300, (bytes(32),), good)),
        bytes(AddCheckpoint(300, (), log.checkpoint(301))),
        other.request(300, 301),
        log.request(300, SIZE),
    )
    Records.make(tmp_path / "records.db", "own")
    with closing(Records(tmp_path / "records.db", "own")) as records:
        trust(records, log.key.verifier, ())
        own = Witness(records, OWN_WITNESS, lambda: 1_800_000_000)
        async with httpx.AsyncClient(base_url=judge.url, timeout=30) as http:
            for number, body in enumerate(requests):
                answer = await http.post("/add-checkpoint", content=body)
                size = answer.text if answer.headers["content-type"] == SIZE_TYPE else None
                assert (number, *_answered(own, body)) == (number, answer.status_code, size)


def _answered(witness: Witness, body: bytes) -> tuple[int, str | None]:
    try:
        witness.add_checkpoint(body)
    except NotCosigned as refused:
        return refused.status, None if refused.size is None else f"{refused.size}\n"
    return 200, None


def _leaf_hash_of_vectors(index: int) -> str:
    leaf = b"cairn test leaf %d\n" % (3 if index == 7 else index) * (index % 3 + 1)
    return encoded(leaf_hash(leaf))[0]
