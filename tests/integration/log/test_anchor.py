"""A remembered position says which log it was: one that is shorter, or other, is noticed before anything is read."""

import asyncio
from pathlib import Path

import pytest
from nats.js.api import DiscardPolicy

from events.log import Anchor, Log, LogFull, LogReplaced, LogUnreachable
from events.log.backup import write_archive
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from tests.anew import make_anew, restore_anew
from tests.integration.log.conftest import Appends, filled, following, positions_until
from tests.waiting import eventually


async def begun_anew(nc: ResilientClient) -> None:
    """The log's stream deleted, as an operator may, and declared again."""
    await make_anew(nc)


async def test_the_log_that_an_anchor_was_taken_from_bears_it_out(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    await filled(log, first_of, 3)
    anchor = await log.anchor(2)

    assert anchor is not None
    assert (await log.check(anchor)).last == 3


async def test_a_position_that_the_log_does_not_have_has_no_anchor(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    await filled(log, first_of, 1)

    assert await log.anchor(2) is None
    assert await log.anchor(0) == Anchor(0)


async def test_a_log_that_ends_before_the_position_is_another_one(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    await filled(log, first_of, 3)
    anchor = await log.anchor(3)
    assert anchor is not None
    await begun_anew(own)
    await filled(log, first_of, 2)

    with pytest.raises(LogReplaced, match="ends at position 2, and position 3 is remembered"):
        await log.check(anchor)


async def test_a_log_with_another_event_at_the_position_is_another_one(own: ResilientClient, first_of: Appends) -> None:
    """The very same events recorded at another time are other ones: nobody can say what else was changed."""
    log = Log(own)
    await filled(log, first_of, 3)
    anchor = await log.anchor(3)
    assert anchor is not None
    await begun_anew(own)
    await filled(log, first_of, 5)

    with pytest.raises(LogReplaced, match="position 3 holds another event"):
        await log.check(anchor)


async def test_following_does_not_begin_in_another_log(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    await filled(log, first_of, 3)
    anchor = await log.anchor(3)
    assert anchor is not None
    await begun_anew(own)
    await filled(log, first_of, 5)

    for batches in (log.follow(anchor), log.follow_with_process(anchor)):
        with pytest.raises(LogReplaced):
            await anext(batches)


async def test_following_ends_when_the_log_is_exchanged_meanwhile(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    await filled(log, first_of, 3)

    async with asyncio.timeout(60), following(Log(own)) as batches:
        await positions_until(batches, 3)
        await begun_anew(own)
        await filled(log, first_of, 5)
        with pytest.raises(LogReplaced):
            await positions_until(batches, 5)


@pytest.mark.parametrize("told", [True, False], ids=["told by the server", "by looking"])
@pytest.mark.parametrize("subject", [None, "cairn.log.>"])
async def test_a_follower_that_waits_notices_it_too(
    own: ResilientClient, first_of: Appends, monkeypatch: pytest.MonkeyPatch, subject: str | None, told: bool
) -> None:
    """Nothing is recorded in the new log, and what changes a stream is not heard everywhere."""
    log = Log(own)
    await filled(log, first_of, 3)
    if told:
        monkeypatch.setattr("events.log.following._LOOK_SECONDS", 60.0)
    else:
        monkeypatch.setattr("events.log.following._Stretch._note_change", lambda *_: None)

    async with asyncio.timeout(60), following(log, subject=subject) as batches:
        await positions_until(batches, 3)
        assert (await anext(batches)).messages == ()
        waiting = asyncio.ensure_future(anext(batches))
        await begun_anew(own)
        with pytest.raises(LogReplaced):
            await waiting


@pytest.mark.parametrize("subject", [None, "cairn.log.>"])
async def test_what_follows_in_another_log_is_not_handed_out(
    own: ResilientClient, first_of: Appends, monkeypatch: pytest.MonkeyPatch, subject: str | None
) -> None:
    """Its positions go on where the former log ended, and the server's word of the exchange was not heard."""
    monkeypatch.setattr("events.log.following._Stretch._note_change", lambda *_: None)
    log = Log(own)
    await filled(log, first_of, 3)

    async with asyncio.timeout(60), following(log, subject=subject) as batches:
        await positions_until(batches, 3)
        assert (await anext(batches)).messages == ()
        waiting = asyncio.ensure_future(anext(batches))
        await begun_anew(own)
        await filled(log, first_of, 6)
        with pytest.raises(LogReplaced):
            await waiting


async def test_without_the_stream_nobody_can_tell(own: ResilientClient, first_of: Appends) -> None:
    log = Log(own)
    await filled(log, first_of, 1)
    anchor = await log.anchor(1)
    assert anchor is not None
    await own.jetstream().delete_stream(STREAM)

    with pytest.raises(LogUnreachable):
        await log.check(anchor)


async def test_a_log_that_is_put_back_is_the_same_though_its_stream_is_made_at_another_time(
    own: ResilientClient, first_of: Appends, tmp_path: Path
) -> None:
    log = Log(own)
    await filled(log, first_of, 3)
    anchor, made = await log.anchor(3), (await log.state()).created
    assert anchor is not None
    manifest = await write_archive(own, STREAM, tmp_path / "backup", lambda _: None)
    await restore_anew(own, manifest, tmp_path / "backup")

    assert (await log.check(anchor)).last == 3
    assert (await log.state()).created != made


async def test_events_that_a_change_of_settings_drops_are_missing(own: ResilientClient, first_of: Appends) -> None:
    """A limit drops what is above it only where the stream discards the oldest; otherwise what is new is refused."""
    log = Log(own)
    await filled(log, first_of, 3)
    js = own.jetstream()
    await js.update_stream((await js.stream_info(STREAM)).config.evolve(max_msgs=2))
    with pytest.raises(LogFull):
        await log.append(first_of("pt-3"))
    assert (await log.state()).missing == 0

    await js.update_stream((await js.stream_info(STREAM)).config.evolve(max_msgs=2, discard=DiscardPolicy.OLD))

    async def one_is_missing() -> bool:
        return (await log.state()).missing == 1

    await eventually(one_is_missing)
    assert await log.head() == 3


async def test_the_end_of_a_log_whose_last_event_is_gone_is_where_it_was(
    own: ResilientClient, first_of: Appends
) -> None:
    """A direct get of the last message finds nothing there, which is not the same as an empty log."""
    log = Log(own)
    await filled(log, first_of, 3)
    js = own.jetstream()
    await js.update_stream((await js.stream_info(STREAM)).config.evolve(max_age=0.2, duplicate_window=0.1))

    async def all_are_missing() -> bool:
        return (await log.state()).missing == 3

    await eventually(all_are_missing)
    assert await log.head() == 3
