"""A peer's server: a process of its own on loopback, which ends with the benchmark, whatever ends that."""

import asyncio
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from pwd import struct_passwd

from bench.peers.peer import Unavailable
from events.log.child_process import end_with_parent

_START_SECONDS = 90.0
_STOP_SECONDS = 20.0


@contextmanager
def held_port() -> Iterator[int]:
    """A port on loopback that nobody else is given while the block lasts; whoever is told of it may listen there.

    A port that is only found free may be somebody else's when the server comes to it, seconds later.
    """
    with socket.socket() as holder:
        # Bound and not listened on: whoever names the port may have it too, and whoever takes any is not given it.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        yield port


@asynccontextmanager
async def served(
    command: Sequence[str],
    port: int,
    log: Path,
    *,
    user: struct_passwd | None = None,
    ended_by: signal.Signals = signal.SIGTERM,
) -> AsyncIterator[None]:
    """Run a server from when it listens on the port until it has ended.

    Args:
        log: Where its words go.
        user: As whom it runs, when not as we do.
        ended_by: The signal that ends it in good order.

    Raises:
        Unavailable: with the server's last words, when it does not come to listen.
    """
    async with _running(command, log, user, ended_by) as process:
        try:
            async with asyncio.timeout(_START_SECONDS):
                while not await _listens(port):
                    if process.returncode is not None:
                        raise Unavailable(f"its server ended at once. {_last_words(log)}")
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise Unavailable(f"its server did not listen in {_START_SECONDS:.0f} s. {_last_words(log)}") from None
        yield


async def done(command: Sequence[str], log: Path, *, user: struct_passwd | None = None) -> None:
    """Run a command that prepares a server to its end.

    Raises:
        Unavailable: with the command's last words, when it fails or takes too long.
    """
    async with _running(command, log, user, signal.SIGKILL) as process:
        try:
            ended = await asyncio.wait_for(process.wait(), _START_SECONDS)
        except TimeoutError:
            raise Unavailable(f"{Path(command[0]).name} did not end in {_START_SECONDS:.0f} s.") from None
        if ended != 0:
            raise Unavailable(f"{Path(command[0]).name} failed. {_last_words(log)}")


@asynccontextmanager
async def _running(
    command: Sequence[str], log: Path, user: struct_passwd | None, ended_by: signal.Signals
) -> AsyncIterator[Process]:
    with log.open("ab") as words:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=DEVNULL,
                stdout=words,
                stderr=words,
                cwd="/",
                user=None if user is None else user.pw_uid,
                group=None if user is None else user.pw_gid,
                extra_groups=None if user is None else (),
                start_new_session=True,  # Ctrl-C reaches the benchmark alone, which ends everything in order
                preexec_fn=end_with_parent,
            )
        except OSError as error:
            raise Unavailable(f"{Path(command[0]).name} does not start: {error.strerror}.") from error
    try:
        yield process
    finally:
        await _end(process, ended_by)


async def _end(process: Process, ended_by: signal.Signals) -> None:
    if process.returncode is not None:
        return
    process.send_signal(ended_by)
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return f"Its last words: {lines[-1].strip()}" if lines else "It said nothing."
