"""The callout away, back again, and asked by many at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from nats.errors import Error as NatsError

from services.access.callout import answering
from services.access.callout.service import serve
from services.settings import Settings
from tests.conftest import running
from tests.integration.callout.configured import Connected, StubTokens, client, connect_user, refusal
from tests.integration.deploy.deployed import Deployed
from tests.waiting import eventually

SUBMISSION = "cairn.submit.northside.pt-1.walk"


async def test_while_it_is_away_who_is_in_stays_and_only_configured_users_get_in(
    server: Deployed, settings: Settings, tokens: StubTokens
) -> None:
    tokens.add("dana", roles={"clinician"}, orgs={"northside"})
    async with AsyncExitStack() as stack:
        async with running(lambda ready: serve(settings, ready, tokens.opened)):
            before = await stack.enter_async_context(client(server, "dana"))
        with pytest.raises(NatsError, match="Authorization"):
            await stack.enter_async_context(client(server, "dana"))
        await stack.enter_async_context(connect_user(server, "northside"))
        assert await before.may_publish(SUBMISSION)
        async with running(lambda ready: serve(settings, ready, tokens.opened)):
            back = await stack.enter_async_context(client(server, "dana"))
            assert await back.may_publish(SUBMISSION)


async def test_a_question_that_was_taken_is_answered_before_it_ends(
    server: Deployed, settings: Settings, tokens: StubTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.add("dana", roles={"clinician"}, orgs={"northside"})
    taken, go_on, checked = asyncio.Event(), asyncio.Event(), tokens.checked

    async def slow(token: str) -> object:
        taken.set()
        await go_on.wait()
        return await checked(token)

    monkeypatch.setattr(tokens, "checked", slow)

    async def connects() -> bool:
        async with client(server, "dana") as connected:
            return await connected.may_publish(SUBMISSION)

    callout = running(lambda ready: serve(settings, ready, tokens.opened))
    async with callout:
        connecting = asyncio.create_task(connects())
        await taken.wait()
        asyncio.get_running_loop().call_later(0.2, go_on.set)
    assert await connecting


async def test_many_connect_at_once(server: Deployed, settings: Settings, tokens: StubTokens) -> None:
    tokens.add("dana", roles={"clinician"}, orgs={"northside"})
    two = [running(lambda ready: serve(settings, ready, tokens.opened)) for _ in range(2)]
    async with AsyncExitStack() as stack:
        for instance in two:
            await stack.enter_async_context(instance)

        async def gets_in() -> Connected | None:
            """Whom the server gives up tries again: a busy machine needs more than its two seconds for all."""
            try:
                connected = await stack.enter_async_context(client(server, "dana"))
            except NatsError:
                return None
            # nats-py calls a client connected whom the server has asked for a sign of life before it was let in.
            return connected if connected.nc.is_connected else None

        everybody = await asyncio.gather(*(eventually(gets_in, within=60) for _ in range(50)))
        assert all(each is not None and each.nc.is_connected for each in everybody)


async def test_of_more_than_it_can_take_each_gets_an_answer(
    server: Deployed, settings: Settings, tokens: StubTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MAX_QUESTIONS_AT_ONCE", 0)
    tokens.add("dana", roles={"clinician"}, orgs={"northside"})
    async with running(lambda ready: serve(settings, ready, tokens.opened)):
        assert await refusal(server, "dana") == "access.unavailable"


async def test_a_defect_in_checking_tokens_is_a_refusal_without_the_token(
    server: Deployed,
    settings: Settings,
    tokens: StubTokens,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(token: str) -> object:
        raise ValueError(f"no good: {token}")

    monkeypatch.setattr(tokens, "checked", broken)
    async with running(lambda ready: serve(settings, ready, tokens.opened)):
        assert await refusal(server, "a-secret-token") == "access.unavailable"
    assert "ValueError" in caplog.text
    assert "a-secret-token" not in caplog.text + server.log_file.read_text()
