"""What holds, on every database, when the log behind what is remembered is another one, shorter, or damaged."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from nats.js.api import DiscardPolicy

from events.event import Event
from events.goal import types as g
from events.identity import LOG, GoalId
from events.log import connect
from tests.builders import active_goal, entry, event, proposed, smart
from tests.end_to_end.conftest import free_ports
from tests.end_to_end.one_log.installation import SETTLING_SECONDS, Installation
from tests.waiting import eventually

ORG = "northside"


def goal(name: str, patient: str = "pt-1") -> GoalId:
    return GoalId(ORG, patient, name)


def begun(name: str, patient: str = "pt-1") -> list[Event]:
    """A goal that is active; it has the patient's plan with it."""
    return active_goal(goal(name, patient))


def also(name: str, patient: str = "pt-1") -> Event:
    """One goal more of the same patient."""
    return event(goal(name, patient), proposed(smart=smart()))


def revised(goal_id: GoalId, target: int) -> Event:
    measure = {"what": "groups attended", "target": target, "per": "week", "direction": "at_least"}
    changes = {"smart": {"measure": measure, "for_weeks": 4}}
    return event(goal_id, g.Revised.model_validate({"changes": changes, "reason": "setback"}))


class OneLogContract(ABC):
    """Inherit, and say which database."""

    @pytest.fixture
    @abstractmethod
    def database_url(self) -> str:
        """The URL of an empty database."""

    @pytest.fixture
    async def here(self, tmp_path: Path, database_url: str) -> AsyncIterator[Installation]:
        installation = Installation(tmp_path, database_url, free_ports()[0])
        await installation.start()
        yield installation
        await installation.stop()

    async def test_an_older_backup_is_noticed_told_adopted_and_gone_on_from(self, here: Installation) -> None:
        """What was seen: the next event was answered `recorded`, and no projection ever showed it."""
        await here.record(begun("walk"))
        backup = await here.backup("older")
        lost = [revised(goal("walk"), 7), *(also(f"lost-{number}") for number in range(4))]
        last = await here.record(lost)
        assert len(await here.goals_of(ORG, min_position=last)) == 5
        await here.stop()
        await here.lose_the_log()
        async with here.only_the_server():
            assert (restored := await here.restore(backup)).code == 0, restored.err
        await here.start()

        said = await here.until_refused("log.replaced")
        assert "cairn log adopt" in said["detail"]
        refused = await here.post(also("new"))
        assert (refused.status_code, refused.json()["code"]) == (503, "log.replaced")
        status = await here.cairn("projections", "status")
        assert "log replaced" in status.out, status.out + status.err

        adopted = await here.adopt()
        (stream,) = adopted["streams"]
        gone = [each["goal"] for each in stream["goals"] if each["gone"]]
        assert gone == [str(goal(f"lost-{number}")) for number in range(4)]
        assert [(each["goal"], each["events"]) for each in stream["goals"] if not each["gone"]] == [
            (str(goal("walk")), 1)
        ]
        await here.until_ready()
        position = await here.record([also("new")])
        assert await here.goals_of(ORG, min_position=position) == ["new", "walk"]
        walk = (await here.get(f"/v1/orgs/{ORG}/patients/pt-1/goals/walk")).json()
        assert walk["smart"]["measure"]["target"] == 3, "of the log that is there, and not of the one that was"
        assert (await here.cairn("log", "verify")).code == 0
        acts = await here.cairn("log", "acts", "--json")
        assert [each["kind"] for each in acts.json["items"]] == ["restored", "adopted"], acts.out

    async def test_a_rebuild_ends_and_leads_one_projection_on(self, here: Installation) -> None:
        """What was seen: `cairn projections rebuild` never ended in that state."""
        await here.record(begun("walk"))
        backup = await here.backup("older")
        await here.record([also(f"lost-{number}") for number in range(3)])
        await here.stop()
        await here.lose_the_log()
        async with here.only_the_server():
            assert (await here.restore(backup)).code == 0
        await here.start()
        await here.until_refused("log.replaced")

        for name in ("goal_state", "audit_trail", "review_schedule"):
            rebuilt = await here.cairn("projections", "rebuild", name, database=True)
            assert rebuilt.code == 0, rebuilt.out + rebuilt.err

        await here.until_ready()
        assert await here.goals_of(ORG) == ["walk"]

    async def test_a_lost_log_is_refused_until_the_right_one_is_put_back(self, here: Installation) -> None:
        """What was seen: ready over an empty log. Put back whole, the log is the one that was read: no decision."""
        told = begun("walk")
        await here.record(told)
        backup = await here.backup("whole")
        await here.stop()
        await here.lose_the_log()
        await here.start()

        await here.until_refused("log.replaced")
        for submission in (also("new"), *told):
            answer = await here.post(submission)
            assert (answer.status_code, answer.json()["code"]) == (503, "log.replaced"), answer.text
        assert (restored := await here.restore(backup)).code == 0, restored.err

        await here.until_ready()
        position = await here.record([*told, also("new")])
        assert await here.goals_of(ORG, min_position=position) == ["new", "walk"]

    async def test_nothing_is_answered_out_of_the_memory_of_another_log(self, here: Installation) -> None:
        """What was seen: 153 events were called duplicates, and none was in the log that was restored meanwhile."""
        await here.record(begun("walk"))
        backup = await here.backup("older")
        told = [also("swim"), *(event(goal("walk"), entry(f"day-{number}")) for number in range(5))]
        await here.record(told)
        await here.delete_the_stream()
        assert (restored := await here.restore(backup)).code == 0, restored.err
        await here.until_refused("log.replaced")
        await here.adopt()
        await here.until_ready()

        answers = [await here.post(each) for each in told]
        assert [each.status_code for each in answers] == [201] * len(told), [each.text for each in answers]
        position = answers[-1].json()["events"][-1]["position"]
        assert await here.goals_of(ORG, min_position=position) == ["swim", "walk"]
        assert (verified := await here.cairn("log", "verify")).code == 0, verified.out

    async def test_a_reader_of_the_feed_is_told_that_its_place_is_gone(self, here: Installation) -> None:
        """What was seen: what came after was skipped without a word, once the log had grown past the old position."""
        await here.record(begun("walk"))
        backup = await here.backup("older")
        await here.record([also(f"lost-{number}") for number in range(3)])
        ids = await feed_ids(here, after=0)
        await here.delete_the_stream()
        assert (await here.restore(backup)).code == 0
        await here.until_refused("log.replaced")
        await here.adopt()
        await here.until_ready()

        before_growth = await here.get("/v1/feed", headers={"last-event-id": ids[-1]})
        await here.record([also(f"new-{number}") for number in range(6)])
        after_growth = await here.get("/v1/feed", headers={"last-event-id": ids[-1]})

        for answer in (before_growth, after_growth):
            assert (answer.status_code, answer.json()["code"]) == (409, "log.replaced"), answer.text
        kept = await feed_ids(here, last_event_id=ids[0])
        assert kept[0] == ids[1], "what the log still holds is resumed from"

    async def test_settings_that_forget_stop_recording_until_they_are_mended(self, here: Installation) -> None:
        """What was seen: events were dropped for good under running services, and readiness stayed green."""
        await here.record(begun("walk"))
        await here.change_the_stream(max_msgs=1000, discard=DiscardPolicy.OLD)

        await here.until_refused("log.unfit")
        answer = await here.post(also("new"))
        assert (answer.status_code, answer.json()["code"]) == (503, "log.unfit"), answer.text
        assert 'cairn_log_fit{stream="CAIRN_LOG"} 0.0' in (await here.get("/metrics")).text

        await here.change_the_stream(max_msgs=-1, discard=DiscardPolicy.NEW)
        await here.until_ready()
        assert (await here.post(also("new"))).status_code == 201

    async def test_events_that_are_gone_are_not_passed_over(self, here: Installation) -> None:
        await here.record([*begun("walk"), also("swim")])
        await here.change_the_stream(max_msgs=2, discard=DiscardPolicy.OLD)

        await here.until_refused("log.unfit")
        verified = await here.cairn("log", "verify")
        assert verified.code == 1
        assert "missing" in verified.out + verified.err or "gone" in verified.out + verified.err

        await here.change_the_stream(max_msgs=-1, discard=DiscardPolicy.NEW)
        said = await here.until_refused("log.unfit")
        assert "4 events are missing" in said["detail"], "what is gone stays so when the settings are mended"
        adopted = await here.adopt()
        assert [each["missing"] for each in adopted["streams"]] == [4]
        await here.until_ready()

    async def test_an_unreadable_message_costs_its_goal_alone_until_it_is_voided(self, here: Installation) -> None:
        """What was seen: every later event of that patient was to be tried again, for ever."""
        position = await here.record([*begun("walk"), also("swim")])
        nc = await connect(here.server.url, name="operator")
        await nc.jetstream().publish(goal("swim").on(LOG), b"not an event")
        await nc.close()
        unreadable = position + 1

        refused = await here.post(event(goal("swim"), g.Agreed(), role="clinician", actor="c1"))
        assert (refused.status_code, refused.json()["code"]) == (409, "log.unreadable"), refused.text
        assert (await here.post(event(goal("walk"), entry("day-1")))).status_code == 201

        voided = await here.cairn("log", "void", str(goal("swim")), str(unreadable), "--reason", "A test.", "--yes")
        assert voided.code == 0, voided.out + voided.err
        agreed = event(goal("swim"), g.Agreed(), role="clinician", actor="c1")
        position = await here.record([agreed])
        await here.until_ready()

        async def healed() -> bool:
            said = await here.get(f"/v1/orgs/{ORG}/patients/pt-1/goals/swim", min_position=position)
            return said.status_code == 200 and not said.json().get("held") and said.json()["position"] >= position

        await eventually(healed, within=SETTLING_SECONDS)
        assert (verified := await here.cairn("log", "verify")).code == 0, verified.out

    async def test_a_goals_service_that_does_not_answer_is_not_ready(self, here: Installation) -> None:
        """What was seen: frozen for 42 s, and ready all the while."""
        await here.record(begun("walk"))
        here.service("goals").freeze()
        try:
            await here.until_refused("goals.unavailable")
        finally:
            here.service("goals").go_on()
        await here.until_ready()

    async def test_an_id_that_is_used_again_for_something_else_is_refused(self, here: Installation) -> None:
        """What was seen: an entry of another day was answered `duplicate: true`, and its sender believed it saved."""
        await here.record(begun("walk"))
        first = event(goal("walk"), entry("mon", mood=6), id="1")
        position = await here.record([first])

        again = await here.post(first)
        assert (again.status_code, again.json()["duplicate"]) == (200, True)
        for other in (
            replace(first, data=entry("tue", mood=6)),
            replace(first, data=entry("mon", mood=2)),
            replace(first, data=g.Agreed()),
            replace(first, actor=first.actor.model_copy(update={"id": "c1", "role": "clinician"})),
        ):
            refused = await here.post(other)
            assert (refused.status_code, refused.json()["code"]) == (409, "event.id_reused"), refused.text
            assert refused.json()["version"] == 5
            assert str(position) in refused.json()["detail"]

    async def test_an_overdue_review_is_told_after_an_older_log_was_put_back(self, here: Installation) -> None:
        """What was seen: the mark of what was looked at lay beyond the log, and no notice was given any more."""
        await here.record(begun("walk"))
        backup = await here.backup("older")
        await here.record([event(goal("walk"), entry(f"day-{number}")) for number in range(4)])
        await here.delete_the_stream()
        assert (await here.restore(backup)).code == 0
        await here.until_refused("log.replaced")
        await here.adopt()
        await here.until_ready()
        nc = await connect(here.server.url, name="integrator")
        told = await nc.subscribe(f"cairn.notice.{ORG}.>")

        await here.record(begun("read", "pt-2"))  # of March, and overdue by now

        async with asyncio.timeout(SETTLING_SECONDS):
            notice = await told.next_msg(timeout=SETTLING_SECONDS)
        assert notice.subject == f"cairn.notice.{goal('read', 'pt-2')}"
        await nc.close()


async def feed_ids(here: Installation, *, after: int | None = None, last_event_id: str | None = None) -> list[str]:
    """The ids that the feed gives of all that there is, until nothing comes any more."""
    headers = {"last-event-id": last_event_id} if last_event_id else {}
    params = {} if after is None else {"after": after}
    head = (await here.get("/v1/projections")).json()["items"][0]["head"]
    found: list[str] = []
    async with (
        asyncio.timeout(SETTLING_SECONDS),
        httpx.AsyncClient(base_url=here.http_url, timeout=SETTLING_SECONDS) as http,
        http.stream("GET", "/v1/feed", params=params, headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        position = 0
        async for line in answer.aiter_lines():
            if line.startswith("id:"):
                found.append(line.removeprefix("id:").strip())
            if line.startswith("data:"):
                position = httpx.Response(200, content=line.removeprefix("data:")).json()["position"]
            if position == head and found and not line:
                break
    return found
