"""As whom Cairn connects: by what a file holds, or by a certificate; and to which servers it does not."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from nacl.signing import SigningKey
from nats.aio.msg import Msg

from events.log import NotAdmitted, NotReachable, connect
from events.log.client.address import NotAnAddress, read_address
from events.log.client.connection import OlderServer
from events.log.client.nkeys import Kind, public_text, seed_text
from services.access.callout.jwt import signed
from services.embedded_server import EmbeddedServer, ServerFailed
from tests.waiting import eventually


class Asking(EmbeddedServer):
    """A server that asks something else than its token of whoever connects."""

    asks = ""

    def configuration(self) -> str:
        before, _, behind = super().configuration().partition("authorization {")
        return before + self.asks + behind.partition("\n")[2]

    async def _answering(self, log_start: int, limit: asyncio.Timeout) -> None:
        """Wait for its word; the test connects by itself."""

        async def ready() -> bool:
            if self._process is None or self._process.returncode is not None:
                raise ServerFailed(self._last_words(log_start))
            return b"Server is ready" in self._words(log_start)

        await eventually(ready)


@asynccontextmanager
async def asking(folder: Path, what: str) -> AsyncIterator[str]:
    """Where a server listens that asks this."""
    server = Asking(folder / "nats")
    server.asks = what + "\n"
    await server.start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        await server.stop()


def kept(file: Path, text: str, mode: int = 0o600) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


async def assert_works(address: str) -> None:
    nc = await connect(address, name="tests")
    assert (await nc.jetstream().account_info()).api.total >= 0
    await nc.close()


DECORATED = "-----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n"
"""A seed as `nsc` writes it."""


async def test_a_user_signs_with_the_seed_in_a_file(tmp_path: Path) -> None:
    key = SigningKey.generate()
    seed = kept(tmp_path / "goals.nk", seed_text("user", bytes(key)) + "\n")
    decorated = kept(tmp_path / "decorated.nk", DECORATED.format(seed_text("user", bytes(key))))
    other = kept(tmp_path / "other.nk", seed_text("user", bytes(SigningKey.generate())))
    async with asking(
        tmp_path, f"authorization {{ users: [{{ nkey: {public_text('user', bytes(key.verify_key))} }}] }}"
    ) as at:
        await assert_works(f"nats://{at}?nkey={seed}")
        await assert_works(f"nats://{at}?nkey={decorated}")

        with pytest.raises(NotAdmitted, match="does not let in whom the file of the address names"):
            await connect(f"nats://{at}?nkey={other}", name="tests")


async def test_a_user_has_a_jwt_and_a_seed_in_a_file(tmp_path: Path) -> None:
    operator, account, system, user = (SigningKey.generate() for _ in range(4))
    kinds: tuple[tuple[SigningKey, Kind], ...] = (
        *((operator, "operator"), (account, "account")),
        *((system, "account"), (user, "user")),
    )
    by_operator, of_account, of_system, of_user = (public_text(kind, bytes(key.verify_key)) for key, kind in kinds)

    def claims(kind: Kind, issuer: str, subject: str, **more: object) -> dict[str, object]:
        return {"iss": issuer, "sub": subject, "name": kind, "nats": {"type": kind, "version": 2, **more}}

    unlimited = {
        **dict.fromkeys(("subs", "data", "payload", "conn", "leaf", "imports", "exports"), -1),
        "wildcards": True,
    }
    storage = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)
    jwt = {
        "operator": signed(claims("operator", by_operator, by_operator), operator),
        "account": signed(claims("account", by_operator, of_account, limits={**unlimited, **storage}), operator),
        "system": signed(claims("account", by_operator, of_system, limits=unlimited), operator),
        "user": signed(claims("user", of_account, of_user, subs=-1, data=-1, payload=-1), account),
    }
    creds = kept(
        tmp_path / "goals.creds",
        f"-----BEGIN NATS USER JWT-----\n{jwt['user']}\n------END NATS USER JWT------\n\n"
        + DECORATED.format(seed_text("user", bytes(user))),
    )
    asks = (
        f"operator: {jwt['operator']}\nresolver: MEMORY\n"
        f"resolver_preload {{ {of_account}: {json.dumps(jwt['account'])}, {of_system}: {json.dumps(jwt['system'])} }}\n"
        f"system_account: {of_system}"
    )
    async with asking(tmp_path, asks) as at:
        await assert_works(f"nats://{at}?creds={creds}")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl, which makes the certificates")
async def test_a_client_has_a_certificate(tmp_path: Path) -> None:
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *key, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("server", "client"):
        openssl(
            *("req", "-x509", *key, "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-addext", "basicConstraints=critical,CA:FALSE", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-keyout", f"{name}.key", "-out", f"{name}.pem"),
        )
    asks = (
        f"tls {{ cert_file: {tmp_path / 'server.pem'}, key_file: {tmp_path / 'server.key'},"
        f" ca_file: {tmp_path / 'ca.pem'}, verify_and_map: true }}\n"
        'authorization { users: [{ user: "CN=client" }] }'
    )
    own = f"cert={tmp_path / 'client.pem'}&key={tmp_path / 'client.key'}"
    async with asking(tmp_path, asks) as at:
        await assert_works(f"tls://{at}?ca={tmp_path / 'ca.pem'}&{own}")


@pytest.mark.parametrize("scheme", ["ws", "wss", "http", "postgresql", "unix"])
def test_a_scheme_by_which_nobody_can_connect_is_refused_at_once(scheme: str) -> None:
    with pytest.raises(NotAnAddress, match=f"nats:// or tls://; Cairn cannot connect by {scheme}://"):
        read_address(f"{scheme}://127.0.0.1:4222")


def seed(folder: Path) -> Path:
    return kept(folder / "seed", seed_text("user", bytes(SigningKey.generate())))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (lambda _: "creds=/nowhere/a.creds", "/nowhere/a.creds, .* cannot be read: No such file or directory"),
        (lambda folder: f"creds={folder}", "Is a directory"),
        (lambda folder: f"creds={seed(folder)}", "holds no JWT with a seed behind it"),
        (lambda folder: f"nkey={kept(folder / 'a', 'SUAno')}", "holds no seed of a NATS user"),
        (
            lambda folder: f"nkey={kept(folder / 'a', 'x', 0o604)}",
            "Everybody on this machine can read .*, which is",
        ),
        (lambda folder: f"nkey={seed(folder)}&creds={seed(folder)}", "creds or nkey, and not both"),
        (lambda folder: f"cert={seed(folder)}", "cert and key together"),
        (lambda folder: f"ca={seed(folder)}", "cannot be used: it takes PEM files"),
        (lambda folder: f"nkey={seed(folder)}&nkey={seed(folder)}", "each once"),
        (lambda _: "password=/etc/hostname", "creds, nkey, ca, cert, key, each once"),
        (lambda _: "creds=", "each once"),
    ],
    ids=range(11),
)
def test_what_an_address_names_files_for_is_checked(query: Callable[[Path], str], told: str, tmp_path: Path) -> None:
    with pytest.raises(NotAnAddress, match=told):
        read_address(f"nats://127.0.0.1:4222?{query(tmp_path)}")


def test_an_address_is_shown_without_who_connects(tmp_path: Path) -> None:
    address = read_address(f"tls://one.example:4222?nkey={seed(tmp_path)},nats://two.example")

    assert str(address) == "tls://one.example:4222,nats://two.example"


def test_a_user_and_a_file_with_another_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnAddress, match="a user or a token, or a file with who connects, and not both"):
        read_address(f"nats://goals:secret@127.0.0.1:4222?nkey={seed(tmp_path)}")


async def test_a_server_of_an_older_release_is_refused_with_its_version(
    own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.client.connection.OLDEST_SERVER", (99, 1, 0))

    with pytest.raises(OlderServer, match=r"is nats-server 2\.\d+\.\d+\S*\. Cairn needs 99\.1\.0 or later"):
        await connect(own_server.url, name="tests")


async def test_a_server_that_offers_no_tls_where_the_address_asks_for_it_learns_no_password(
    own_server: EmbeddedServer,
) -> None:
    """nats-py goes on in the clear."""
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.15.1","max_payload":1024,"headers":true}\r\n')
        with suppress(OSError):
            while chunk := await reader.read(1024):
                heard.extend(chunk)
        writer.close()

    plain = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = plain.sockets[0].getsockname()[1]
    async with plain:
        with pytest.raises(NotReachable, match="it offers no TLS, which the address asks for"):
            await connect(f"tls://goals:secret@127.0.0.1:{port}", name="tests")
    assert b"secret" not in heard


async def test_a_seed_that_was_exchanged_or_was_away_for_a_while_is_read_at_the_next_connection(tmp_path: Path) -> None:
    first, second = SigningKey.generate(), SigningKey.generate()
    file = kept(tmp_path / "goals.nk", seed_text("user", bytes(first)))

    def asks(key: SigningKey) -> str:
        return f"authorization {{ users: [{{ nkey: {public_text('user', bytes(key.verify_key))} }}] }}\n"

    server = Asking(tmp_path / "nats")
    server.asks = asks(first)
    await server.start()
    nc = await connect(f"nats://127.0.0.1:{server.port}?nkey={file}", name="tests")
    try:
        file.unlink()
        server.asks = asks(second)
        await server.stop()
        await server.start()
        await eventually(lambda: as_result(not nc.is_connected))
        kept(file, seed_text("user", bytes(second)))

        await eventually(lambda: as_result(nc.is_connected))
        assert (await nc.jetstream().account_info()).api.total >= 0
    finally:
        await nc.close()
        await server.stop()


async def as_result(found: bool) -> bool:
    """What is found, for whoever waits for it."""
    return found


def test_the_servers_of_an_address_have_the_same_files(tmp_path: Path) -> None:
    file = seed(tmp_path)
    same = read_address(f"nats://one?nkey={file},nats://two?nkey={file}")
    assert same.credentials.keys() == {"signing"}

    with pytest.raises(NotAnAddress, match="names its files once, for all of them"):
        read_address(f"nats://one?nkey={file},nats://two?creds=/nowhere")


async def test_a_server_that_is_gone_before_one_is_connected_is_not_waited_for_for_ever(
    nats_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.client.connection._CONNECTING_SECONDS", 2.0)
    met = 0

    async def meet(client: Side, server: Side) -> None:
        nonlocal met
        met += 1
        if met > 2:  # after the first contact, and after it is known that the server lets one in
            return
        await asyncio.gather(passed_on(client.reader, server.writer), passed_on(server.reader, client.writer))

    async with between(nats_server, meet) as port:
        with pytest.raises(NotReachable, match="it is gone again"):
            await connect(f"nats://{nats_server.token}@127.0.0.1:{port}", name="tests")

    assert met > 2


@pytest.mark.parametrize("undecided", [1, 3, 100])
async def test_a_server_that_asks_before_it_has_decided_is_asked_again(
    nats_server: EmbeddedServer, undecided: int
) -> None:
    """What nats-py does: it takes the question for the answer, and gives a client that never counts as connected."""
    met = 0

    async def answer(client: Side, server: Side) -> None:
        nonlocal met
        met += 1
        number = met
        client.writer.write(await server.reader.readline())
        if number > 1:  # the first contact says nothing
            server.writer.write(await client.reader.readuntil(b"PING\r\n"))
            if number <= 1 + undecided:
                client.writer.write(b"PING\r\n")
        await asyncio.gather(passed_on(client.reader, server.writer), passed_on(server.reader, client.writer))

    async with between(nats_server, answer) as port:
        url = f"nats://{nats_server.token}@127.0.0.1:{port}"
        if undecided > 4:
            with pytest.raises(NotReachable, match="it has not decided yet whether it lets this user in"):
                await connect(url, name="tests")
        else:
            nc = await connect(url, name="tests")
            assert (await nc.jetstream().account_info()).api.total >= 0
            await nc.close()


class Side(NamedTuple):
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def end(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


@asynccontextmanager
async def between(server: EmbeddedServer, passing: Callable[[Side, Side], Awaitable[None]]) -> AsyncIterator[int]:
    """What stands between clients and a server; gives the port. What it does for each client ends with the block."""
    tasks: set[asyncio.Task[None]] = set()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client, behind = Side(reader, writer), Side(*await asyncio.open_connection("127.0.0.1", server.port))
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await passing(client, behind)
        finally:
            await asyncio.gather(client.end(), behind.end())

    def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(passed(reader, writer)))  # asyncio itself would keep none of them

    listening = await asyncio.start_server(met, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that one side says, said to the other."""
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def test_that_the_server_is_away_is_told_once_however_often_it_is_tried(tmp_path: Path) -> None:
    """What was seen: five lines a second, for as long as it was down."""
    server, told, attempts = EmbeddedServer(tmp_path / "nats"), list[str](), 0

    async def tell(error: Exception) -> None:
        told.append(str(error))

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.close()

    await server.start()
    nc = await connect(server.url, name="tests", on_error=tell)
    await server.stop()
    nobody = await asyncio.start_server(hang_up, "127.0.0.1", server.port)
    await eventually(lambda: attempts >= 3)
    nobody.close()
    await nobody.wait_closed()
    [line] = told
    assert line.startswith(f"The NATS server at nats://127.0.0.1:{server.port} does not answer any more (")
    assert line.endswith("; it is waited for.")
    assert server.token not in line
    again = EmbeddedServer(server.data_dir, server.port)
    await again.start()
    await eventually(lambda: nc.is_connected)
    await again.stop()
    await eventually(lambda: len(told) == 2)
    await nc.close()


async def test_what_a_subscription_fails_at_is_told_each_time_and_is_no_loss_of_the_connection(tmp_path: Path) -> None:
    server, told = EmbeddedServer(tmp_path / "nats"), list[Exception]()

    async def tell(error: Exception) -> None:
        told.append(error)

    async def fail(message: Msg) -> None:
        raise TimeoutError if message.data == b"late" else FileNotFoundError(2, "No such file")

    await server.start()
    nc = await connect(server.url, name="tests", on_error=tell)
    await nc.subscribe("failing", cb=fail)
    for data in (b"late", b"file", b"late"):
        await nc.publish("failing", data)
    await eventually(lambda: len(told) == 3)
    assert [type(each) for each in told] == [TimeoutError, FileNotFoundError, TimeoutError]
    await server.stop()
    await eventually(lambda: len(told) == 4)
    assert isinstance(told[3], NotReachable)
    await nc.close()
