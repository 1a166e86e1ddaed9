"""After a fault: the log holds what was answered, once and whole, and the service answers again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import groupby

from nats.aio.client import Client

from events.envelope import StoredMessage, read_recorded
from events.event import RecordedEvent
from events.identity import GoalId
from events.log import Batch, Log, connect
from events.log.verification import Verifier, verified
from events.outcome import OutcomeEvent
from services.goals.replaying import ReplayedRules
from tests.builders import event, opened
from tests.end_to_end.faults.clients import Answer, submit
from tests.specification import given

_READING_SECONDS = 120


async def assert_nothing_is_lost(url: str, nc: Client, answers: list[Answer]) -> None:
    """What was submitted is in the log exactly once, whole, where it was said to be; and the service answers.

    Args:
        url: Where the log is read.
        nc: A client's connection.
        answers: Everything that was ever submitted, in order for each patient; all of it was recorded in the end.
    """
    stored = await _whole_log(url)
    assert_batches_are_whole(stored)
    kept = [read_recorded(message) for message in stored]
    assert_answers_are_borne_out(answers, kept)
    assert_nothing_else_is_there(answers, kept)
    await assert_sent_again_it_is_a_duplicate(nc, answers)
    await assert_something_new_is_recorded(nc, answers[0].submission.goal_id.org)


def assert_batches_are_whole(stored: list[StoredMessage]) -> None:
    """Of every atomic batch the messages follow each other, from the first to the one that commits it."""
    for batch, messages in groupby(stored, key=lambda message: message.headers.get("Nats-Batch-Id")):
        if batch is not None:
            headers = [message.headers for message in messages]
            places = [int(each["Nats-Batch-Sequence"]) for each in headers]
            assert places == list(range(1, len(places) + 1)), f"of a batch these are there: {places}"
            assert "Nats-Batch-Commit" in headers[-1], f"a batch ends with its message {places[-1]}, without a commit"


def assert_answers_are_borne_out(answers: list[Answer], kept: list[RecordedEvent]) -> None:
    """Each recorded submission is there once, at its position, with all that followed from it."""
    times = Counter((each.goal_id, each.event.key) for each in kept)
    by_version = {(each.goal_id, each.version): each for each in kept}
    found: dict[tuple[GoalId, tuple[str, str]], list[OutcomeEvent]] = {}
    for each in kept:
        asked = each if each.event.cause is None else by_version[each.goal_id, each.event.cause]
        line = OutcomeEvent(type=each.event.type_name, position=each.position, version=each.version)
        found.setdefault((each.goal_id, asked.event.key), []).append(line)
    for submission, outcome in answers:
        key = (submission.goal_id, submission.key)
        assert times[key] == 1, f"{key} is in the log {times[key]} times"
        assert tuple(found[key]) == outcome.events, f"{key}: {outcome.events} was answered, {found[key]} is there"


def assert_nothing_else_is_there(answers: list[Answer], kept: list[RecordedEvent]) -> None:
    """Position by position the log is what was answered, and each patient's part what the rules make of it."""
    answered = sorted(line.position for _, outcome in answers for line in outcome.events)
    there = [each.position for each in kept]
    assert answered == there, f"not answered or not there: {set(answered) ^ set(there)}; the last is {there[-1]}"
    recorded_at = {(each.goal_id, each.event.key): each.recorded_at for each in kept}
    for plan in {each.goal_id.plan for each in kept}:
        by_the_rules = given()
        for submission in (each.submission for each in answers if each.submission.goal_id.plan == plan):
            by_the_rules = by_the_rules.when(
                submission, now=recorded_at[submission.goal_id, submission.key]
            ).then_whatever()
        types = [each.event.type_name for each in kept if each.goal_id.plan == plan]
        expected = [each.event.type_name for each in by_the_rules.events]
        assert types == expected, f"{plan}: {types} are there, the rules make {expected}"


async def assert_sent_again_it_is_a_duplicate(nc: Client, answers: list[Answer]) -> None:
    """Whatever was recorded is answered as it was the first time, and called a duplicate."""
    again = await asyncio.gather(*(submit(nc, each.submission) for each in answers))
    for (_, first), second in zip(answers, again, strict=True):
        assert second.duplicate
        assert second.events == first.events, f"{first} was answered first, then {second}"


async def assert_something_new_is_recorded(nc: Client, org: str) -> None:
    """The service answers, by itself."""
    fresh = event(GoalId(org, "pt-fresh", "plan"), opened(), role="clinician")
    outcome = await submit(nc, fresh)
    assert [(outcome.duplicate, line.version) for line in outcome.events] == [(False, 1)]


async def _whole_log(url: str) -> list[StoredMessage]:
    """The log from its first message to its last, in which nothing is wrong."""
    nc = await connect(url, name="checking")
    log = Log(nc)
    stored: list[StoredMessage] = []

    async def noted(batches: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        async for batch in batches:
            stored.extend(batch.messages)
            yield batch

    async with asyncio.timeout(_READING_SECONDS):
        *_, found = [
            found async for found in verified(noted(log.follow()), await log.state(), Verifier(ReplayedRules()))
        ]
    await log.close()
    await nc.close()
    assert found.sound, found.findings
    return stored
