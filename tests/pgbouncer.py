"""Debian's PgBouncer before a PostgreSQL, where the machine has one; and getting it: what CI does before the tests.

python -m tests.pgbouncer
"""

import os
import pwd
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.peers.server import held_port, served
from tests.debian import install
from tests.postgresql import PostgresqlServer, temporary_folder

_PROGRAM = Path("/usr/sbin/pgbouncer")
"""Where Debian has it, which is not on everybody's path."""
_UNPRIVILEGED = "nobody"
_FILE = "pgbouncer.ini"
_SETTINGS = """[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {connections}
query_wait_timeout = 20
admin_users = postgres
"""


def program() -> str | None:
    """PgBouncer's program; None where the machine has none."""
    return shutil.which("pgbouncer") or (str(_PROGRAM) if _PROGRAM.exists() else None)


def get() -> None:
    """Install it where that may be done."""
    if program() is None:
        install("pgbouncer")


@asynccontextmanager
async def running_pgbouncer(server: PostgresqlServer, mode: str, connections: int) -> AsyncIterator[PostgresqlServer]:
    """A pooler before a server while the block lasts, as which it can be used.

    Args:
        mode: `session` or `transaction`: for how long a client has a connection to the server.
        connections: How many it has to each database; in the mode `session` no more clients than that are served.
    """
    command = program()
    assert command is not None
    with (
        held_port() as port,
        _folder(_SETTINGS.format(server=server.port, port=port, mode=mode, connections=connections)) as folder,
    ):
        user = pwd.getpwnam(_UNPRIVILEGED) if os.geteuid() == 0 else None  # as root it does not run
        async with served((command, str(folder / _FILE)), port, folder / "log", user=user):
            yield PostgresqlServer(port)


@contextmanager
def _folder(settings: str) -> Iterator[Path]:
    """A folder with settings that every account can read."""
    with TemporaryDirectory(dir=temporary_folder()) as name:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / _FILE).write_text(settings)
        (folder / _FILE).chmod(0o644)
        yield folder


if __name__ == "__main__":
    get()
