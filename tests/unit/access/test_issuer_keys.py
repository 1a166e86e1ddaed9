"""How often an issuer is asked for its keys, and what holds while it does not answer."""

import asyncio
from typing import NamedTuple

import pytest

from services.access.authentication import TokenRefused
from services.access.tokens.issuer_keys import (
    FRESH_SECONDS,
    OLDEST_SECONDS,
    REFETCH_SECONDS,
    IssuerAnswer,
    IssuerKeys,
    IssuerUnusable,
)
from tests.unit.access.tokens import key, ring


class Issuer:
    """An issuer that publishes what a test says, counts how often it is asked, and a clock that a test moves."""

    def __init__(self) -> None:
        self.published = ring(key("EC"))
        self.asked = 0
        self.away = False
        self.now = 1000.0
        self.keys = IssuerKeys(self.ask, lambda: self.now)

    async def ask(self) -> IssuerAnswer:
        self.asked += 1
        await asyncio.sleep(0)  # others have their turn, as over a network
        if self.away:
            raise IssuerUnusable("It is away.")
        return IssuerAnswer({"issuer": "x"}, self.published)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_the_first_token_has_it_asked_and_the_next_one_not(issuer: Issuer) -> None:
    assert issuer.keys.metadata == {}
    for _ in range(3):
        assert (await issuer.keys.keys("k1")).knows("k1")
    assert issuer.asked == 1
    assert issuer.keys.metadata == {"issuer": "x"}


async def test_many_at_once_ask_once(issuer: Issuer) -> None:
    rings = await asyncio.gather(*(issuer.keys.keys("k1") for _ in range(50)))
    assert all(found is issuer.published for found in rings)
    assert issuer.asked == 1


async def test_a_new_key_is_found_as_soon_as_a_token_names_it(issuer: Issuer) -> None:
    await issuer.keys.refresh()
    issuer.published = ring(key("EC", "k2"), key("EC"))
    found = await asyncio.gather(*(issuer.keys.keys("k2") for _ in range(20)))
    assert all(each.knows("k2") for each in found)
    assert issuer.asked == 2


async def test_tokens_with_made_up_keys_do_not_have_it_asked_again_and_again(issuer: Issuer) -> None:
    await issuer.keys.refresh()
    for number in range(100):
        assert not (await issuer.keys.keys(f"made-up-{number}")).knows(f"made-up-{number}")
    assert issuer.asked == 2
    issuer.now += REFETCH_SECONDS
    await issuer.keys.keys("made-up")
    assert issuer.asked == 3


async def test_known_keys_are_used_while_it_is_away_but_not_for_ever(issuer: Issuer) -> None:
    await issuer.keys.refresh()
    issuer.away = True
    issuer.now += OLDEST_SECONDS
    assert not await issuer.keys.refresh()
    assert (await issuer.keys.keys("k1")).knows("k1")
    issuer.now += 1
    with pytest.raises(TokenRefused) as refused:
        await issuer.keys.keys("k1")
    assert refused.value.code == "access.unavailable"
    issuer.away = False
    issuer.now += REFETCH_SECONDS
    assert (await issuer.keys.keys("k1")).knows("k1")


async def test_a_key_that_is_not_known_while_it_is_away_is_not_called_a_wrong_one(issuer: Issuer) -> None:
    """It may have a new one, and nobody can say."""
    await issuer.keys.refresh()
    issuer.away = True
    issuer.published = ring(key("EC", "k2"), key("EC"))
    for _ in range(3):
        with pytest.raises(TokenRefused) as refused:
            await issuer.keys.keys("k2")
        assert refused.value.code == "access.unavailable"
        assert (await issuer.keys.keys("k1")).knows("k1")
    assert issuer.asked == 2
    issuer.away = False
    issuer.now += REFETCH_SECONDS
    assert (await issuer.keys.keys("k2")).knows("k2")
    assert not (await issuer.keys.keys("made-up")).knows("made-up")


async def test_while_it_was_never_there_nothing_can_be_checked(issuer: Issuer) -> None:
    issuer.away = True
    for _ in range(5):
        with pytest.raises(TokenRefused, match="cannot be checked"):
            await issuer.keys.keys()
    assert issuer.asked == 1


async def test_it_is_told_once_that_it_is_away(issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    issuer.away = True
    for _ in range(3):
        await issuer.keys.refresh()
    assert [record.message for record in caplog.records if "It is away." in record.message]
    assert len(caplog.records) == 1


class Pause(NamedTuple):
    answers: bool
    seconds: float


@pytest.mark.parametrize("pause", [Pause(True, FRESH_SECONDS), Pause(False, REFETCH_SECONDS)])
async def test_it_is_asked_every_few_minutes_and_sooner_when_it_is_away(
    issuer: Issuer, pause: Pause, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds:
            slept.append(seconds)
            raise asyncio.CancelledError

    monkeypatch.setattr(asyncio, "sleep", sleep)
    issuer.away = not pause.answers
    with pytest.raises(asyncio.CancelledError):
        await issuer.keys.keep_fresh()
    assert slept == [pause.seconds]
