"""`make run` and `make test` work for root and for an ordinary user, in a folder that no other account may enter."""

import asyncio
import os
import re
import shlex
import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam, getpwuid, struct_passwd
from tempfile import TemporaryDirectory

import pytest

from events.log.child_process import end_with_parent
from tests.end_to_end.clone import clone, give, make_environment, python_for
from tests.postgresql import temporary_folder

_ON_POSTGRESQL = (
    "tests/contract/projections/test_on_postgresql.py::TestAuditTrail::test_it_says_how_it_is_doing",
    "tests/integration/bench/test_peers.py::test_a_peer_appends_as_often_as_it_is_asked[eventsourcing_postgresql]",
)
_SECONDS = 220
_IS_ROOT = os.geteuid() == 0


@dataclass(frozen=True)
class ClosedFolder:
    """A clone with its environment, in a folder that only one account may enter; root's server may not either."""

    path: Path
    account: struct_passwd

    @asynccontextmanager
    async def make(self, target: str, *variables: str, **environment: str) -> AsyncIterator[Process]:
        """Run `make` as that account until the block ends, at the latest; its output is a pipe."""
        own = {"HOME": str(self.path), "TMPDIR": str(self.path / "tmp"), "USER": self.account.pw_name}
        user, group = (self.account.pw_uid, self.account.pw_gid) if _IS_ROOT else (None, None)
        process = await create_subprocess_exec(
            *("make", "--no-print-directory", target, *variables),
            cwd=self.path / "clone",
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **own, **environment},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            user=user,
            group=group,
            extra_groups=() if _IS_ROOT else None,
            umask=0o077,  # whoever closes their folders has this too
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        try:
            async with asyncio.timeout(_SECONDS):
                yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


@pytest.fixture(scope="module")
def ordinary_user() -> struct_passwd:
    return getpwnam("nobody") if _IS_ROOT else getpwuid(os.geteuid())


@pytest.fixture(scope="module")
def python(ordinary_user: struct_passwd) -> Path | None:
    """One that both accounts can start; None when root's own is closed to others, and there is no other."""
    return python_for(ordinary_user)


@pytest.fixture(scope="module")
def path(python: Path | None) -> Iterator[Path]:
    with TemporaryDirectory(prefix="cairn-closed-", dir=temporary_folder()) as name:
        path = Path(name).resolve()
        (path / "tmp").mkdir()
        clone(path / "clone")
        make_environment(path / "clone", python or Path(sys.executable).resolve())
        yield path


@pytest.fixture(params=["root", "ordinary user"])
def closed(
    request: pytest.FixtureRequest, path: Path, ordinary_user: struct_passwd, python: Path | None
) -> ClosedFolder:
    if not _IS_ROOT and request.param == "root":
        pytest.skip("only root runs anything as root")
    if _IS_ROOT and request.param == "ordinary user" and python is None:
        pytest.skip("needs a Python of this version that an ordinary user can start")
    account = getpwuid(0) if request.param == "root" else ordinary_user
    if _IS_ROOT:
        give(path, account)
    assert path.stat().st_mode & 0o777 == 0o700
    return ClosedFolder(path, account)


async def test_make_run_gets_ready_and_ends_with_ctrl_c(closed: ClosedFolder, ports: tuple[int, int]) -> None:
    nats_port, http_port = map(str, ports)
    settings = {"CAIRN_NATS_PORT": nats_port, "CAIRN_HTTP_PORT": http_port, "CAIRN_SAMPLE": "false"}
    async with closed.make("run", **settings) as running:
        assert running.stdout is not None
        said: list[bytes] = []
        while not (said and said[-1].startswith(b"ready ")):
            said.append(await running.stdout.readline())
            assert said[-1], f"it ended, and said:\n{b''.join(said).decode()}"
        os.killpg(running.pid, signal.SIGINT)
        await running.communicate()  # until the last of its processes has closed the pipe


async def test_make_test_runs_what_needs_postgresql(closed: ClosedFolder) -> None:
    async with closed.make("test", f"ARGS=-n0 -q {shlex.join(_ON_POSTGRESQL)}") as running:
        said, _ = await running.communicate()
    assert running.returncode == 0, said.decode()
    assert re.fullmatch(r"\d+ passed in .*", said.decode().splitlines()[-1]), said.decode()
