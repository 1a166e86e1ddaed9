"""A nats-server with accounts as in deploy/nats and its callout.conf, tokens that are words, and clients with them."""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient, connect_client
from services.access.authentication import CheckedToken, TokenRefused
from services.access.callout.keys import CalloutKeys
from services.access.callout.permissions import inbox_prefix
from services.access.principal import Principal
from services.settings import Settings
from tests.integration.deploy.deployed import CONFIGURATION, Deployed, password, start
from tests.waiting import eventually

USERS = ("auth", "auth_tokens", "auth_system", "goals", "operator", "northside")
"""The configured users of these tests."""
PRINCIPALS = """
[accounts.CAIRN.users.goals]
roles = ["system"]
[accounts.NORTHSIDE]
organisation = "northside"
[accounts.SOUTHSIDE]
organisation = "southside"
"""
ACCOUNTS = """
accounts {
  AUTH { users: [{ user: auth, password: $CAIRN_NATS_AUTH_PASSWORD, permissions: {
    publish: ["$SYS._INBOX.>"], subscribe: ["$SYS.REQ.USER.AUTH auth"]
  } }] }
  CAIRN {
    jetstream: enabled
    users: [
      { user: goals, password: $CAIRN_NATS_GOALS_PASSWORD }, { user: operator, password: $CAIRN_NATS_OPERATOR_PASSWORD }
      { user: auth_tokens, password: $CAIRN_NATS_AUTH_TOKENS_PASSWORD, permissions: {
        publish: [
          "$JS.API.STREAM.INFO.CAIRN_ADMIN_tokens_events", "$JS.API.DIRECT.GET.CAIRN_ADMIN_tokens_events"
        ]
        subscribe: "_INBOX.>"
      } }
    ]
    exports: [
      { service: "cairn.submit.>" }, { service: "cairn.intake.>" }
      { stream: "cairn.feed.>" }, { stream: "cairn.outcome.>" }, { stream: "cairn.notice.>" }
    ]
  }
  NORTHSIDE {
    users: [{ user: northside, password: $CAIRN_NATS_NORTHSIDE_PASSWORD }]
    imports: [
      { service: { account: CAIRN, subject: "cairn.submit.northside.>" }, share: true }
      { service: { account: CAIRN, subject: "cairn.intake.northside.>" }, share: true }
      { stream: { account: CAIRN, subject: "cairn.feed.northside.>" } }
      { stream: { account: CAIRN, subject: "cairn.outcome.northside.>" } }
      { stream: { account: CAIRN, subject: "cairn.notice.northside.>" } }
    ]
  }
  SOUTHSIDE {
    imports: [
      { service: { account: CAIRN, subject: "cairn.submit.southside.>" }, share: true }
      { stream: { account: CAIRN, subject: "cairn.feed.southside.>" } }
    ]
  }
  SYSTEM { users: [{ user: auth_system, password: $CAIRN_NATS_AUTH_SYSTEM_PASSWORD, permissions: {
    publish: ["$SYS.REQ.SERVER.*.KICK", "$SYS.REQ.SERVER.PING.CONNZ"], subscribe: "_INBOX.>" } }] }
}
system_account: SYSTEM
"""


async def start_server(folder: Path, port: int, keys: CalloutKeys, more: str = "") -> Deployed:
    """A server that asks a callout with these keys about clients that it does not know.

    Args:
        more: What its configuration has besides.
    """
    config = folder / "server.conf"
    config.write_text(
        f'server_name: callout-{port}\nlisten: "127.0.0.1:{port}"\n'
        f'jetstream {{ store_dir: "{folder / "js"}" }}\n{ACCOUNTS}\ninclude ./callout.conf\n{more}\n'
    )
    shutil.copy(CONFIGURATION / "callout.conf", folder)
    return await start(
        config,
        {
            "CAIRN_NATS_NAME": f"callout-{port}",
            "CAIRN_NATS_LISTEN": f"127.0.0.1:{port}",
            "CAIRN_NATS_CALLOUT_ISSUER": keys.issuer,
            "CAIRN_NATS_CALLOUT_XKEY": keys.xkey,
            **{f"CAIRN_NATS_{user.upper()}_PASSWORD": password(user) for user in USERS},
        },
    )


@dataclass
class StubTokens:
    """Tokens that are words. What checks real ones is tested elsewhere."""

    known: dict[str, CheckedToken] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def add(self, token: str, *, seconds: float = 600, **principal: Any) -> Principal:
        """Have a token accepted, whose id is the token itself behind `jti-`."""
        whole = Principal(**{"kind": "person", "id": token, "token": f"jti-{token}"} | principal)
        self.known[token] = CheckedToken(whole, time.time() + seconds)
        return whole

    @asynccontextmanager
    async def opened(self, settings: Settings, nc: ResilientClient) -> AsyncIterator["StubTokens"]:
        """These tokens, in the place of what a service opens."""
        yield self

    async def checked(self, token: str) -> CheckedToken:
        """The principal of a token that was added."""
        self.asked.append(token)
        found = self.known.get(token)
        if found is None:
            raise TokenRefused("access.token_invalid", "The token is not one of these tests.")
        if found.expires < time.time():
            raise TokenRefused("access.token_expired", "The token has expired.")
        if self.is_revoked(found.principal.token or ""):
            raise TokenRefused("access.token_revoked", "The token was revoked.")
        return found

    def is_revoked(self, token_id: str) -> bool:
        """Whether a token was revoked."""
        return token_id in self.revoked


@dataclass
class Connected:
    """A client's connection, what the server refused it, and what became of the connection."""

    nc: Client
    refused: list[str]
    became: list[str]

    async def may_publish(self, subject: str, reply: str = "") -> bool:
        """Whether the server takes a message on the subject."""
        await self.nc.publish(subject, b"{}", reply=reply)
        return await self._allowed("publish", subject)

    async def may_subscribe(self, subject: str) -> bool:
        """Whether the server lets this client listen on the subject."""
        subscription = await self.nc.subscribe(subject)
        allowed = await self._allowed("subscription", subject)
        await subscription.unsubscribe()
        return allowed

    async def _allowed(self, what: str, subject: str) -> bool:
        await flush(self.nc)
        said = f'permissions violation for {what} to "{subject}"'.lower()
        return not any(said in refusal for refusal in self.refused)


@asynccontextmanager
async def client(
    server: Deployed, token: str | Callable[[], str], id_: str = "", **options: Any
) -> AsyncIterator[Connected]:
    """A client that connects with a token, or with a function that gives one."""
    refused: list[str] = []
    became: list[str] = []

    async def on_error(error: Exception) -> None:
        refused.append(str(error).lower())

    def note(what: str) -> Callable[[], Any]:
        async def noted() -> None:
            became.append(what)

        return noted

    options = {"allow_reconnect": False, "reconnect_time_wait": 0.05, "max_reconnect_attempts": -1} | options
    if "user" in options:
        options["password"] = token
    else:
        options["token"] = token
    nc = await connect_client(
        [f"nats://127.0.0.1:{server.port}"],
        inbox_prefix=inbox_prefix(id_ or (token if isinstance(token, str) else "")).encode(),
        connect_timeout=30,
        error_cb=on_error,
        closed_cb=note("closed"),
        disconnected_cb=note("disconnected"),
        reconnected_cb=note("reconnected"),
        **options,
    )
    try:
        yield Connected(nc, refused, became)
    finally:
        await nc.close()


async def refusal(server: Deployed, token: str, **options: Any) -> str:
    """The code with which a client is refused, as the server's log has it; fails when the client is admitted."""
    begin = server.log_file.stat().st_size
    with pytest.raises(NatsError, match="Authorization Violation"):
        async with client(server, token, **options):
            pass

    def reason() -> str:
        with server.log_file.open() as log:
            log.seek(begin)
            found = re.search(r"service returned an error: (\S+):", log.read(), re.IGNORECASE)
        return found[1] if found else ""

    return await eventually(reason)


async def forever() -> None:
    """Wait until cancelled."""
    await asyncio.Event().wait()


@asynccontextmanager
async def connect_user(server: Deployed, user: str) -> AsyncIterator[ResilientClient]:
    """A connection of a configured user, with its own password."""
    nc = await connect_client([server.url(user)], allow_reconnect=False, connect_timeout=30)
    try:
        yield nc
    finally:
        await nc.close()
