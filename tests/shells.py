"""Commands as a person types them, in a shell whose `cairn` is forked: each would take half a second to start."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic_core import from_json

from tests.forked import Forked

_SECONDS = 180
_MOST_TOLD_BYTES = 1 << 20
_CAIRN = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as there:
    there.connect({socket!r})
    told = {{"pid": os.getpid(), "folder": os.getcwd(), "arguments": sys.argv[1:], "environment": dict(os.environ)}}
    there.sendall(json.dumps(told).encode() + b"\\n")
    code = there.makefile().read()
sys.exit(int(code) if code else 1)
"""
"""Says who it is, and ends as the one that was forked for it."""


async def run(
    commands: str, folder: Path, environment: Mapping[str, str], *, paths: Iterable[Path] = ()
) -> tuple[int | None, str]:
    """Run commands in a folder; gives the exit code and all that was said.

    Args:
        environment: What is in it beside the path and a home; nothing of the present one is.
        paths: Where programs are found before all others but `cairn`.

    Raises:
        AssertionError: they do not end; all of them are killed.
    """
    async with _cairn() as programs:
        found_in = (programs, *paths, Path(sys.executable).parent, os.environ["PATH"])
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euc", commands),
            cwd=folder,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
            env={"PATH": os.pathsep.join(map(str, found_in)), "HOME": str(folder), "LANG": "C.UTF-8", **environment},
        )
        try:
            async with asyncio.timeout(_SECONDS):
                said, _ = await process.communicate()
        except TimeoutError:
            raise AssertionError(f"these did not end in {_SECONDS} s:\n{commands}") from None
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
    return process.returncode, said.decode()


@asynccontextmanager
async def _cairn() -> AsyncIterator[Path]:
    """A folder with a `cairn` in it, which works while the block lasts."""
    with TemporaryDirectory(prefix="cairn-") as name:
        programs, socket = Path(name), Path(name, "socket")
        _write(programs / "cairn", socket)
        server = await asyncio.start_unix_server(_answer, socket, limit=_MOST_TOLD_BYTES)
        try:
            yield programs
        finally:
            server.close()
            await server.wait_closed()


def _write(program: Path, socket: Path) -> None:
    program.write_text(_CAIRN.format(python=sys.executable, socket=str(socket)))
    program.chmod(0o755)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Fork the command that a program asks for, which it ends with; what is open for the program is for both."""
    told = from_json(await reader.readline())
    given, out, err = (Path(f"/proc/{told['pid']}/fd/{number}") for number in range(3))
    process = Forked(tuple(told["arguments"]), told["environment"], out, err, given=given, folder=Path(told["folder"]))
    ending, leaving = asyncio.ensure_future(process.ended()), asyncio.ensure_future(reader.read())
    await asyncio.wait({ending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    process.send_signal(signal.SIGKILL)  # nobody waits for it any more, unless it has ended
    writer.write(str(await ending).encode())
    writer.close()
    await writer.wait_closed()
