"""nats-servers with the configuration of deploy/nats, on loopback, in a folder of their own."""

import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from events.log.child_process import end_with_parent
from events.log.client.connection import first_contact, flush
from events.log.client.resilient import ResilientClient, connect_client
from services.embedded_server import server_binary
from services.settings import Settings
from tests.waiting import eventually

CONFIGURATION = Path(__file__).parents[3] / "deploy" / "nats"
USERS = (
    *("goals", "log_operator", "intake", "reminders", "projections", "gateway", "notary", "access"),
    *("operator", "stream_operator", "system", "auth", "auth_tokens", "auth_system", "northside"),
)

OF_OTHER_ACCOUNTS = "$JS.log.API"
"""Under which name JetStream's API of the log is asked for from another account than the log's."""
_AT_HOME = ("goals", "log_operator", "intake")
"""Who reads streams of their own account alone."""


def password(user: str) -> str:
    """The password of a user here; what deploy/nats/nats.env.example says of passwords holds for it."""
    return f"p{user}0123456789"


def configuration(folder: Path, *, tls: bool = False) -> Path:
    """A copy of deploy/nats, by default for a network that never leaves its machine: without TLS."""
    copied = Path(shutil.copytree(CONFIGURATION, folder / "nats"))
    if not tls:
        (copied / "tls.conf").write_text("")
        (copied / "cluster_tls.conf").write_text("")
    return copied


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """What the configuration asks of its environment."""
    return {
        "CAIRN_NATS_NAME": folder.name,
        "CAIRN_NATS_LISTEN": f"127.0.0.1:{port}",
        "CAIRN_NATS_MONITOR": "127.0.0.1:-1",  # any that is free: nobody asks there
        "CAIRN_NATS_STORE_DIR": str(folder / "store"),
        **{f"CAIRN_NATS_{user.upper()}_PASSWORD": password(user) for user in USERS},
        **more,
    }


@dataclass
class Deployed:
    """A server that runs, as its users see it."""

    name: str
    port: int
    process: Process
    log_file: Path

    def url(self, user: str, secret: str | None = None) -> str:
        """The address with a user's name and password."""
        return f"nats://{user}:{secret or password(user)}@127.0.0.1:{self.port}"

    def settings(self, user: str, data_dir: Path, **more: Any) -> Settings:
        """The settings of a service or a command with a user, as deploy/README.md says to set it up."""
        elsewhere = {} if user in _AT_HOME else {"log_api_prefix": OF_OTHER_ACCOUNTS}
        principals = CONFIGURATION / "principals.toml"
        named = {"nats_url": self.url(user), "data_dir": data_dir, "nats_principals": principals, "http_port": 0}
        return Settings(**{**named, **elsewhere, **more})

    async def kill(self) -> None:
        """End the server as a power cut would."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


async def start(config: Path, settings: Mapping[str, str]) -> Deployed:
    """Start a server, and wait until it listens."""
    port = int(settings["CAIRN_NATS_LISTEN"].rpartition(":")[2])
    log_file = config.parent / "server.log"
    with log_file.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            server_binary(),
            *("--config", str(config)),
            env={"PATH": os.environ["PATH"], **settings},
            stdin=DEVNULL,
            stdout=said,
            stderr=said,
            preexec_fn=end_with_parent,
        )
    server = Deployed(settings["CAIRN_NATS_NAME"], port, process, log_file)

    async def listens() -> bool:
        if process.returncode is not None:
            pytest.fail(f"nats-server ended at once: {log_file.read_text()}")
        try:
            await first_contact([f"127.0.0.1:{port}"])
        except OSError:
            return False
        return True

    await eventually(listens, within=30)
    return server


@dataclass
class User:
    """A connection of one user, and what the server refused it."""

    nc: ResilientClient
    refused: list[str] = field(default_factory=list)

    async def may_publish(self, subject: str, reply: str = "") -> bool:
        """Whether the server takes a message on the subject."""
        return await self._allowed("publish", subject, self.nc.publish(subject, b"{}", reply=reply))

    async def may_subscribe(self, subject: str, queue: str = "") -> bool:
        """Whether the server lets this user listen on the subject."""
        return await self._allowed("subscription", subject, self.nc.subscribe(subject, queue=queue))

    async def _allowed(self, what: str, subject: str, attempt: object) -> bool:
        assert asyncio.iscoroutine(attempt)
        await attempt
        await flush(self.nc)
        said = f'permissions violation for {what} to "{subject}"'.lower()
        return not any(said in refusal for refusal in self.refused)


@asynccontextmanager
async def connected(server: Deployed, *users: str) -> AsyncIterator[list[User]]:
    """Connections of some users."""
    async with AsyncExitStack() as stack:
        there = []
        for name in users:
            refused: list[str] = []

            async def hear(error: Exception, refused: list[str] = refused) -> None:
                refused.append(str(error).lower())

            nc = await connect_client([server.url(name)], error_cb=hear, allow_reconnect=False)
            nc.log_api = server.settings(name, Path()).log_api_prefix
            stack.push_async_callback(nc.close)
            there.append(User(nc, refused))
        yield there
