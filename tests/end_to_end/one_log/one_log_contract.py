"""What holds, on every database, when the log behind what is remembered is another one, shorter, or damaged.

What no projection has a part in is in test_services.py.
"""

from nats.js.api import DiscardPolicy

from events.goal import types as g
from events.identity import LOG
from events.log import connect
from tests.builders import entry, event
from tests.end_to_end.one_log.conftest import ORG, also, begun, goal, revised
from tests.end_to_end.one_log.installation import SETTLING_SECONDS, Installation
from tests.waiting import eventually


class OneLogContract:
    """Inherit, and say by the fixture `new_database` which database."""

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
        await here.until_the_goals_service_finds("replaced")
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
        # What no projection has taken in yet, none can miss.
        await eventually(here.has_caught_up, within=SETTLING_SECONDS)
        await here.delete_the_stream()
        assert (restored := await here.restore(backup)).code == 0, restored.err
        await here.until_refused("log.replaced")

        for name in ("goal_state", "audit_trail", "review_schedule"):
            rebuilt = await here.cairn("projections", "rebuild", name, database=True)
            assert rebuilt.code == 0, rebuilt.out + rebuilt.err

        # Whether the log counts as it is, only its operator decides: the goals service remembers what it acknowledged.
        await here.until_refused("log.replaced")
        await here.adopt()
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
        await here.until_the_goals_service_finds("replaced")
        for submission in (also("new"), *told):
            answer = await here.post(submission)
            assert (answer.status_code, answer.json()["code"]) == (503, "log.replaced"), answer.text
        assert (restored := await here.restore(backup)).code == 0, restored.err

        await here.until_ready()
        position = await here.record([*told, also("new")])
        assert await here.goals_of(ORG, min_position=position) == ["new", "walk"]

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

    async def test_an_unreadable_message_costs_its_goal_alone_until_it_is_voided(self, shared: Installation) -> None:
        """What was seen: every later event of that patient was to be tried again, for ever."""
        position = await shared.record([*begun("walk", "pt-4"), also("swim", "pt-4")])
        nc = await connect(shared.server.url, name="operator")
        await nc.jetstream().publish(goal("swim", "pt-4").on(LOG), b"not an event")
        await nc.close()
        unreadable = position + 1

        refused = await shared.post(event(goal("swim", "pt-4"), g.Agreed(), role="clinician", actor="c1"))
        assert (refused.status_code, refused.json()["code"]) == (409, "log.unreadable"), refused.text
        assert (await shared.post(event(goal("walk", "pt-4"), entry("day-1")))).status_code == 201

        voided = await shared.cairn(
            "log", "void", str(goal("swim", "pt-4")), str(unreadable), "--reason", "A test.", "--yes"
        )
        assert voided.code == 0, voided.out + voided.err
        agreed = event(goal("swim", "pt-4"), g.Agreed(), role="clinician", actor="c1")
        position = await shared.record([agreed])
        await shared.until_ready()

        async def healed() -> bool:
            said = await shared.get(f"/v1/orgs/{ORG}/patients/pt-4/goals/swim", min_position=position)
            return (
                said.status_code == 200 and not said.json().get("quarantined") and said.json()["position"] >= position
            )

        await eventually(healed, within=SETTLING_SECONDS)
        assert (verified := await shared.cairn("log", "verify")).code == 0, verified.out
