"""What is sent to a witness, and that nothing which comes back is believed further than it verifies."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest

from events.transparency.checkpoints import Checkpoint, cosigned
from events.transparency.keys import COSIGNATURE, NOTE, SignerKey
from events.transparency.merkle import EMPTY_ROOT, leaf_hash
from events.transparency.notes import Note, SignatureLine, signed
from services.notary.errors import WitnessSilent, WitnessUnusable
from services.notary.witness_answers import Alarm, AnotherSize, Cosigned, Fork, StatementRefused, TryLater
from services.notary.witnesses import MAX_WITNESS_ANSWER_BYTES, WitnessClient

LOG = SignerKey("clinic.example/tlog/7f3k2m9q-1", NOTE, bytes(32))
WITNESS = SignerKey("witness.example/w1", COSIGNATURE, bytes(range(32)))
STATEMENTS = SignerKey("witness.example/w1/statements", NOTE, bytes(range(2, 34)))
CHECKPOINT = Checkpoint(LOG.name, 1, leaf_hash(b"one"))
SENT = signed(CHECKPOINT.text, LOG)
ANOTHER_LOG = signed(SENT.text.replace(LOG.name, "another.example/tlog/7f3k2m9q-1"), LOG)
STATED = signed(f"cairn-statement/1\n{LOG.name}\n1\nnorthside\nevents 1\nlast 1\n", LOG)
NOW = 1_800_000_000
LINE = cosigned(SENT, WITNESS, NOW)

Answer = Callable[[str, bytes], bytes]


def http(status: int, body: str | bytes = "", *headers: str) -> bytes:
    content = body if isinstance(body, bytes) else body.encode()
    lines = (f"HTTP/1.1 {status} X", f"content-length: {len(content)}", *headers)
    return "\r\n".join((*lines, "", "")).encode() + content


@asynccontextmanager
async def asked(answer: Answer, path: str = "/w", seconds: float = 20) -> AsyncIterator[WitnessClient]:
    """A client of a witness that answers what the test says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
                writer.write(answer(head.split(b"\r\n")[0].decode(), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = WitnessClient(f"http://127.0.0.1:{port}{path}", WITNESS.verifier, seconds, lambda: NOW)
    try:
        yield client
    finally:
        await client.close()
        server.close()


async def test_a_checkpoint_goes_out_with_its_old_size_and_proof_as_the_protocol_has_it() -> None:
    got: list[tuple[str, bytes]] = []

    def answer(line: str, body: bytes) -> bytes:
        got.append((line, body))
        return http(200, f"{LINE}\n")

    async with asked(answer, "/prefix/") as client:
        assert await client.add_checkpoint(7, [bytes(32), EMPTY_ROOT], SENT) == Cosigned(LINE)
        assert await client.add_checkpoint(0, [], SENT) == Cosigned(LINE)

    head = "POST /prefix/add-checkpoint HTTP/1.1"
    assert got == [
        (head, b"old 7\n" + b"A" * 43 + b"=\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n" + str(SENT).encode()),
        (head, b"old 0\n\n" + str(SENT).encode()),
    ]


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (http(409, "257\n", "content-type: Text/X.Tlog.Size; charset=utf-8"), AnotherSize(257)),
        (http(409, "257\n", "content-type: text/plain"), Fork()),
        (http(422), Fork()),
        (http(503, "", "retry-after: 60"), TryLater()),
        (http(200, "x" * (MAX_WITNESS_ANSWER_BYTES + 1)), Alarm("it answers with more than 64 KiB")),
        (http(409, "9" * 5_000, "content-type: text/x.tlog.size"), Alarm("it names a size that is no number")),
        (http(200, f"{cosigned(SENT, WITNESS, 0)}\n"), Alarm("its cosignature has no time")),
        (http(307, "", "location: http://127.0.0.1:1/elsewhere"), Alarm("it answers with status 307")),
        (b"no HTTP at all\r\n\r\n", TryLater()),
    ],
    ids=["size", "no size", "fork", "later", "too large", "a number too long", "time 0", "redirect", "no HTTP"],
)
async def test_each_answer_has_its_meaning(answer: bytes, means: object) -> None:
    async with asked(lambda _line, _body: answer) as client:
        assert await client.add_checkpoint(7, [], SENT) == means


async def test_a_witness_that_does_not_answer_is_tried_later() -> None:
    async with asked(lambda _line, _body: b"", seconds=0.05) as client:
        assert await client.add_checkpoint(0, [], SENT) == TryLater()
        assert await client.add_statement(STATED, STATEMENTS.verifier) == StatementRefused(
            "witness.unavailable", "The witness does not answer."
        )
        with pytest.raises(WitnessSilent):
            await client.last_cosigned(LOG.name)


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with asked(lambda _line, _body: http(200, f"{LINE}\n")) as client:
        assert await client.add_checkpoint(0, [], SENT) == Cosigned(LINE)


@pytest.mark.parametrize(
    "url",
    ["http://witness.example/", "ftp://127.0.0.1/", "https://a:b@witness.example", "https://witness.example/?x=1", "w"],
)
def test_a_witness_is_asked_over_tls_or_on_this_machine(url: str) -> None:
    with pytest.raises(WitnessUnusable, match="not asked"):
        WitnessClient(url, WITNESS.verifier)


async def test_a_proof_of_something_else_than_hashes_is_not_sent() -> None:
    client = WitnessClient("https://witness.example", WITNESS.verifier)
    for proof in ([bytes(31)], [bytes(32)] * 64):
        with pytest.raises(ValueError, match="63"):
            await client.add_checkpoint(1, proof, SENT)


async def test_what_it_has_last_cosigned_is_read_as_monitors_do() -> None:
    lines: list[str] = []

    def answer(line: str, _: bytes) -> bytes:
        lines.append(line)
        return http(200, str(SENT.with_lines([LINE])))

    async with asked(answer) as client:
        assert await client.last_cosigned(LOG.name) == CHECKPOINT
    assert lines == [f"GET /w/{sha256(LOG.name.encode()).hexdigest()}/checkpoint HTTP/1.1"]


async def test_a_witness_that_has_cosigned_nothing_or_cannot_say_so_is_no_error() -> None:
    for status in (404, 405):
        async with asked(lambda _line, _body, status=status: http(status)) as client:  # type: ignore[misc]  # bound here
            assert await client.last_cosigned(LOG.name) is None


@pytest.mark.parametrize(
    "note",
    [
        "no note",
        str(SENT),
        str(SENT.with_lines([SignatureLine(LINE.name, LINE.key_id, bytes(72))])),
        str(Note(SENT.text.replace("\n1\n", "\n2\n"), (LINE,))),
        str(ANOTHER_LOG.with_lines([cosigned(ANOTHER_LOG, WITNESS, 1_800_000_000)])),
    ],
    ids=["no note", "not cosigned", "forged", "another size", "another log"],
)
async def test_a_last_checkpoint_that_is_not_what_it_cosigned_is_not_believed(note: str) -> None:
    async with asked(lambda _line, _body: http(200, note)) as client:
        with pytest.raises(WitnessSilent):
            await client.last_cosigned(LOG.name)


async def test_a_signature_of_a_statement_is_taken_when_it_verifies() -> None:
    line = signed(STATED.text, STATEMENTS).signatures[0]
    async with asked(lambda _line, _body: http(200, f"{line}\n")) as client:
        assert await client.add_statement(STATED, STATEMENTS.verifier) == line


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http(409, '{"code": "statement.fewer_events", "detail": "It counts 3."}'), "statement.fewer_events"),
        (http(404, "not found"), "witness.unreadable"),
        (http(409, '{"code": "<script>", "detail": ""}'), "witness.unreadable"),
        (http(503), "witness.unavailable"),
        (http(200, f"{LINE}\n"), "witness.unreadable"),
        (http(200, f"{signed(SENT.text, STATEMENTS).signatures[0]}\n"), "witness.unreadable"),
    ],
    ids=["refused", "another server", "no code", "later", "of another key", "of another text"],
)
async def test_why_a_statement_is_not_signed_comes_back(answer: bytes, code: str) -> None:
    async with asked(lambda _line, _body: answer) as client:
        refused = await client.add_statement(STATED, STATEMENTS.verifier)
    assert isinstance(refused, StatementRefused)
    assert refused.code == code
