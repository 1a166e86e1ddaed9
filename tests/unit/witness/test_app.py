"""The witness over HTTP, asked by the notary's own client and by whoever sends anything."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from services.notary.statements import STATEMENTS
from services.notary.witness_requests import MAX_REQUEST_BYTES
from services.witness.app import MAX_OPEN_REQUESTS, WitnessEndpoints
from services.witness.event_count import EventCount
from services.witness.records import Records
from services.witness.records_thread import RecordsThread
from services.witness.statements import StatementSigner
from services.witness.witnessing import Witness, trust
from tests.witnesses import ORIGIN, SigningLog

KEY = SignerKey("witness.example/w1", COSIGNATURE, bytes(range(1, 33)))
STATEMENT_KEY = SignerKey(KEY.name + STATEMENTS, NOTE, bytes(range(4, 36)))


def clock() -> int:
    return 1_800_000_000


@pytest.fixture
def records(tmp_path: Path) -> Records:
    Records.make(tmp_path / "records.db", "ours")
    return Records(tmp_path / "records.db", "ours")


@pytest.fixture
def log(tmp_path: Path, records: Records) -> SigningLog:
    log = SigningLog(tmp_path / "log")
    log.grow(10)
    trust(records, log.key.verifier, ())
    trust(records, log.statement_key.verifier, ())
    return log


class Counting:
    """Counts what is heard: at once, or when the test says so."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.waiting = asyncio.Semaphore(0)

    async def written(self) -> None:
        self.waiting.release()
        await self.may_end.wait()


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
async def http(records: Records, log: SigningLog, counting: Counting) -> AsyncIterator[httpx.AsyncClient]:
    thread = RecordsThread()
    count = EventCount(records, "northside", clock())
    witness, signer = Witness(records, KEY, clock), StatementSigner(records, count, STATEMENT_KEY, clock)

    app = WitnessEndpoints(witness, signer, thread, counting.written).app()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://w") as client:
        yield client
    thread.close()
    records.close()


async def test_a_cosignature_is_a_line_and_another_size_a_number_of_its_own_type(
    http: httpx.AsyncClient, log: SigningLog
) -> None:
    cosigned = await http.post("/add-checkpoint", content=log.request(0, 3))
    assert (cosigned.status_code, cosigned.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert cosigned.text.startswith(f"— {KEY.name} ")
    assert cosigned.text.endswith("\n")

    another = await http.post("/add-checkpoint", content=log.request(1, 4))
    assert (another.status_code, another.headers["content-type"], another.text) == (409, "text/x.tlog.size", "3\n")


async def test_every_other_answer_says_why(http: httpx.AsyncClient, log: SigningLog) -> None:
    assert (await http.post("/add-checkpoint", content=b"?")).status_code == 400
    refused = await http.post("/add-checkpoint", content=log.request(4, 3))
    assert (refused.status_code, refused.text) == (400, "The old size is larger than that of the checkpoint.\n")


async def test_monitors_read_the_last_checkpoint(http: httpx.AsyncClient, log: SigningLog) -> None:
    address = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert (await http.get(address)).status_code == 404
    line = (await http.post("/add-checkpoint", content=log.request(0, 3))).text
    assert (await http.get(address)).text == f"{log.checkpoint(3)}{line}"
    assert (await http.get(address.upper())).status_code == 404
    assert (await http.get(f"/{'0' * 64}/checkpoint")).status_code == 404


async def test_a_refused_statement_has_a_code_and_a_sentence(http: httpx.AsyncClient, log: SigningLog) -> None:
    refused = await http.post("/add-statement", content=str(log.statement("southside", 1, [])))
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
    assert refused.json() == {
        "status": 404,
        "code": "statement.not_counted",
        "detail": "This witness does not count events of this organisation.",
    }


async def test_a_body_that_is_too_large_is_not_read(http: httpx.AsyncClient) -> None:
    for path in ("/add-checkpoint", "/add-statement"):
        assert (await http.post(path, content=b"x" * (MAX_REQUEST_BYTES + 1))).status_code == 413


async def test_another_method_or_path_is_none(http: httpx.AsyncClient) -> None:
    assert (await http.get("/add-checkpoint")).status_code == 405
    assert (await http.get("/")).status_code == 404
    assert (await http.get("/healthz")).text == "ok\n"


async def test_who_asks_too_much_at_once_is_asked_to_come_again(
    http: httpx.AsyncClient, log: SigningLog, counting: Counting
) -> None:
    counting.may_end.clear()
    statement = str(log.statement("southside", 1, []))
    waiting = [asyncio.create_task(http.post("/add-statement", content=statement)) for _ in range(MAX_OPEN_REQUESTS)]
    for _ in waiting:
        await counting.waiting.acquire()
    answer = await http.get("/healthz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    counting.may_end.set()
    assert {each.status_code for each in await asyncio.gather(*waiting)} == {404}
    assert (await http.get("/healthz")).status_code == 200


async def test_records_that_cannot_be_written_are_503_and_nothing_is_signed(
    http: httpx.AsyncClient, records: Records, log: SigningLog
) -> None:
    records.db.execute("PRAGMA query_only = ON")
    assert (await http.post("/add-checkpoint", content=log.request(0, 3))).status_code == 503
    records.db.execute("PRAGMA query_only = OFF")
    assert (await http.post("/add-checkpoint", content=log.request(0, 3))).status_code == 200
