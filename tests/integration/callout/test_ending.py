"""Connections end when their token expires or is revoked, also those that were admitted before a restart."""

import gc
from collections.abc import Callable
from typing import Any

import pytest

from services.access.callout import admission, connections, ending
from services.access.callout.service import serve
from services.settings import Settings
from tests.conftest import running
from tests.integration.callout.configured import Connected, StubTokens, client, refusal
from tests.integration.deploy.deployed import Deployed
from tests.waiting import eventually

MINUTE, HOUR = 60.0, 3600.0
"""A token of an hour, and one that expires in a moment once :func:`expiring` says so."""
Callout = Callable[[], running]


@pytest.fixture
def tokens() -> StubTokens:
    return StubTokens()


@pytest.fixture
def callout(settings: Settings, tokens: StubTokens) -> Callout:
    """An instance of the callout."""
    return lambda: running(lambda ready: serve(settings, ready, tokens.opened))


def clinician(tokens: StubTokens, token: str, **more: Any) -> None:
    tokens.add(token, roles={"clinician"}, orgs={"northside"}, **({"id": "dana"} | more))


@pytest.fixture
def expiring(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Has time pass, until tokens of a minute are about to expire. A busy machine needs seconds to connect with one."""

    def pass_on() -> None:
        for module in (admission, connections):
            monkeypatch.setattr(module, "KICK_BEFORE_SECONDS", 2 * MINUTE)

    return pass_on


async def goes_on(connected: Connected) -> bool:
    await eventually(lambda: "reconnected" in connected.became and connected.nc.is_connected)
    return await connected.may_publish("cairn.submit.northside.pt-1.walk")


async def test_a_client_with_a_new_token_goes_on_when_the_old_one_expires(
    server: Deployed, tokens: StubTokens, callout: Callout, expiring: Callable[[], None]
) -> None:
    clinician(tokens, "second", seconds=HOUR)
    given = iter(["first", "second"])
    async with callout():
        clinician(tokens, "first", seconds=MINUTE)
        async with client(server, lambda: next(given), "dana", allow_reconnect=True) as connected:
            assert connected.became == []
            expiring()
            assert await goes_on(connected)
    assert tokens.asked == ["first", "second"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # nats-py drops what was refused open
async def test_a_client_that_is_slow_to_get_a_new_token_is_refused_until_then(
    server: Deployed, tokens: StubTokens, callout: Callout, expiring: Callable[[], None]
) -> None:
    clinician(tokens, "second", seconds=HOUR)
    given = iter(["first", "first", "first", "second"])
    async with callout():
        clinician(tokens, "first", seconds=MINUTE)
        async with client(server, lambda: next(given), "dana", allow_reconnect=True) as connected:
            expiring()
            assert await goes_on(connected)
    assert tokens.asked == ["first", "first", "first", "second"]
    del connected
    gc.collect()


async def test_a_revoked_token_ends_its_connection_and_no_other(
    server: Deployed, tokens: StubTokens, callout: Callout
) -> None:
    clinician(tokens, "lost")
    clinician(tokens, "kept")
    async with callout(), client(server, "lost", "dana") as lost, client(server, "kept", "dana") as kept:
        tokens.revoked.add("jti-lost")
        await eventually(lambda: lost.nc.is_closed)
        assert await refusal(server, "lost") == "access.token_revoked"
        assert await kept.may_publish("cairn.submit.northside.pt-1.walk")


async def test_a_token_that_is_revoked_while_it_is_checked_leaves_no_connection(
    server: Deployed, tokens: StubTokens, callout: Callout, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinician(tokens, "raced")
    checked = tokens.checked

    async def revoked_a_moment_later(token: str) -> object:
        found = await checked(token)
        tokens.revoked.add("jti-raced")
        return found

    monkeypatch.setattr(tokens, "checked", revoked_a_moment_later)
    async with callout(), client(server, "raced", "dana") as raced:
        await eventually(lambda: raced.nc.is_closed)


async def test_a_token_that_was_revoked_while_the_callout_was_away_does_not_outlive_its_return(
    server: Deployed, tokens: StubTokens, callout: Callout
) -> None:
    clinician(tokens, "lost")
    async with callout():
        lost = client(server, "lost", "dana")
        connected = await lost.__aenter__()
    tokens.revoked.add("jti-lost")
    assert await connected.may_publish("cairn.submit.northside.pt-1.walk")
    async with callout():
        await eventually(lambda: connected.nc.is_closed)
    await lost.__aexit__(None, None, None)


async def test_a_callout_that_was_restarted_knows_when_the_tokens_of_before_expire(
    server: Deployed, tokens: StubTokens, callout: Callout, expiring: Callable[[], None]
) -> None:
    clinician(tokens, "second", seconds=HOUR)
    given = iter(["first", "second"])
    async with callout():
        clinician(tokens, "first", seconds=MINUTE)
        reconnecting = client(server, lambda: next(given), "dana", allow_reconnect=True)
        connected = await reconnecting.__aenter__()
    async with callout():
        assert connected.became == []
        expiring()
        assert await goes_on(connected)
    await reconnecting.__aexit__(None, None, None)


async def test_one_instance_ends_what_another_has_admitted(
    server: Deployed, tokens: StubTokens, callout: Callout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "_LOOK_SECONDS", 0.1)
    clinician(tokens, "lost")
    async with callout():
        async with callout():
            admitted = [client(server, "lost", "dana") for _ in range(8)]
            connected = [await each.__aenter__() for each in admitted]
        tokens.revoked.add("jti-lost")
        await eventually(lambda: all(each.nc.is_closed for each in connected))
    for each in admitted:
        await each.__aexit__(None, None, None)


async def test_the_server_itself_ends_a_connection_whose_token_has_expired(
    server: Deployed, tokens: StubTokens, callout: Callout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (admission, connections):
        monkeypatch.setattr(module, "KICK_BEFORE_SECONDS", -1e9 if module is connections else 0)

    def given() -> str:
        clinician(tokens, "short", seconds=10)  # from when the client has the server's ear
        return "short"

    async with callout(), client(server, given, "dana", allow_reconnect=True) as short:
        await eventually(lambda: "closed" in short.became)  # told a moment after `is_closed` says so
        assert "authentication expired" in str(short.nc.last_error).lower()
        assert (short.refused, short.became.count("closed")) == ([], 1)  # nats-py tells its error callback nothing
