"""What services make of a log that is another one, or that forgets, whatever the database: no projection has a part."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest
from nats.js.api import DiscardPolicy

from events.goal import types as g
from events.log import connect
from tests.builders import entry, event
from tests.end_to_end.one_log.conftest import ORG, Exchanged, NewDatabase, also, begun, feed_ids, goal
from tests.end_to_end.one_log.installation import SETTLING_SECONDS, Installation
from tests.waiting import eventually


@pytest.fixture(scope="module")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    folder, numbers = tmp_path_factory.mktemp("databases"), count(1)
    return lambda: f"sqlite:///{folder / f'cairn-{next(numbers)}.db'}"


async def test_a_reader_of_the_feed_is_told_that_its_place_is_gone(exchanged: Exchanged) -> None:
    """What was seen: what came after was skipped without a word, once the log had grown past the old position."""
    here, _, ids = exchanged
    before_growth = await here.get("/v1/feed", headers={"last-event-id": ids[-1]})
    await here.record([*begun("grow", "pt-9"), *(also(f"grow-{number}", "pt-9") for number in range(4))])
    after_growth = await here.get("/v1/feed", headers={"last-event-id": ids[-1]})

    for answer in (before_growth, after_growth):
        assert (answer.status_code, answer.json()["code"]) == (409, "log.replaced"), answer.text
    kept = await feed_ids(here, last_event_id=ids[0])
    assert kept[0] == ids[1], "what the log still holds is resumed from"


async def test_nothing_is_answered_out_of_the_memory_of_another_log(exchanged: Exchanged) -> None:
    """What was seen: 153 events were called duplicates, and none was in the log that was restored meanwhile."""
    here, lost, _ = exchanged
    answers = [await here.post(each) for each in lost]
    assert [each.status_code for each in answers] == [201] * len(lost), [each.text for each in answers]
    position = answers[-1].json()["events"][-1]["position"]
    assert {"swim", "walk"} <= set(await here.goals_of(ORG, min_position=position))
    assert (verified := await here.cairn("log", "verify")).code == 0, verified.out


async def test_an_overdue_review_is_told_after_an_older_log_was_put_back(exchanged: Exchanged) -> None:
    """What was seen: the mark of what was looked at lay beyond the log, and no notice was given any more."""
    here = exchanged.here
    nc = await connect(here.server.url, name="integrator")
    told = await nc.subscribe(f"cairn.notice.{ORG}.pt-2.>")
    await nc.flush()

    await here.record(begun("read", "pt-2"))  # of March, and overdue by now

    async with asyncio.timeout(SETTLING_SECONDS):
        notice = await told.next_msg(timeout=SETTLING_SECONDS)
    assert notice.subject == f"cairn.notice.{goal('read', 'pt-2')}"
    await nc.close()


async def test_settings_that_forget_stop_recording_until_they_are_mended(shared: Installation) -> None:
    """What was seen: events were dropped for good under running services, and readiness stayed green."""
    await shared.record(begun("walk", "pt-3"))
    await shared.change_the_stream(max_msgs=1000, discard=DiscardPolicy.OLD)

    await shared.until_refused("log.unfit")
    await shared.until_the_goals_service_finds("unfit")
    answer = await shared.post(also("new", "pt-3"))
    assert (answer.status_code, answer.json()["code"]) == (503, "log.unfit"), answer.text
    assert 'cairn_log_fit{stream="CAIRN_LOG"} 0.0' in (await shared.get("/metrics")).text

    await shared.change_the_stream(max_msgs=-1, discard=DiscardPolicy.NEW)
    await shared.until_ready()
    assert (await shared.post(also("new", "pt-3"))).status_code == 201


async def test_what_was_acknowledged_and_no_projection_has_seen_is_missed(here: Installation) -> None:
    """What was seen: the goals service warned, forgot, and went on; nobody else knew that anything was missing."""
    await here.record(begun("walk"))
    backup = await here.backup("older")
    await eventually(here.has_caught_up, within=SETTLING_SECONDS)
    await here.service("projections").stop()
    unseen = also("swim")
    position = await here.record([unseen])
    await here.delete_the_stream()
    assert (restored := await here.restore(backup)).code == 0, restored.err

    await here.until_the_goals_service_finds("replaced")
    refused = await here.post(also("new"))
    assert (refused.status_code, refused.json()["code"]) == (503, "log.replaced"), refused.text
    await here.service("projections").start()
    said = await here.until_refused("log.replaced")
    assert "cairn log adopt" in said["detail"]

    (adopted,) = (await here.adopt())["streams"]
    assert (adopted["projections"], adopted["acknowledged"], adopted["unseen"]) == ([], position, 1)
    await here.until_ready()
    position = await here.record([unseen, also("new")])
    assert await here.goals_of(ORG, min_position=position) == ["new", "swim", "walk"]
    acts = await here.cairn("log", "acts")
    assert "1 event" in acts.out, acts.out
    assert " none " in acts.out, acts.out


async def test_a_goals_service_that_does_not_answer_is_not_ready(shared: Installation) -> None:
    """What was seen: frozen for 42 s, and ready all the while."""
    await shared.record(begun("walk", "pt-5"))
    shared.service("goals").freeze()
    try:
        await shared.until_refused("goals.unavailable")
    finally:
        shared.service("goals").go_on()
    await shared.until_ready()


async def test_an_id_that_is_used_again_for_something_else_is_refused(shared: Installation) -> None:
    """What was seen: an entry of another day was answered `duplicate: true`, and its sender believed it saved."""
    await shared.record(begun("walk", "pt-6"))
    first = event(goal("walk", "pt-6"), entry("mon", mood=6), id="1")
    position = await shared.record([first])

    again = await shared.post(first)
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    for other in (
        replace(first, data=entry("tue", mood=6)),
        replace(first, data=entry("mon", mood=2)),
        replace(first, data=g.Agreed()),
        replace(first, actor=first.actor.model_copy(update={"id": "c1", "role": "clinician"})),
    ):
        refused = await shared.post(other)
        assert (refused.status_code, refused.json()["code"]) == (409, "event.id_reused"), refused.text
        assert refused.json()["version"] == 5
        assert str(position) in refused.json()["detail"]
