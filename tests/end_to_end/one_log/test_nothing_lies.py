"""Whatever is done to the log, in whatever order: never is an acknowledged event missing while everything says ready.

A seed decides what is done. After each thing the installation is given the time to notice; then either all that was
ever acknowledged is in the log, or it says that it is not ready, and goes on saying so until the operator has adopted
the log that is there. What was lost by that is no more expected. Before the next thing the projections catch up: what
only a lost log has ever seen, nobody can miss.
"""

import asyncio
import random
from pathlib import Path

import pytest

from events.envelope import read_recorded
from events.event import Event
from events.identity import GoalId
from events.log import Log, LogUnreachable, connect
from tests.builders import active_goal, entry, event
from tests.end_to_end.faults.clients import ask, connected
from tests.end_to_end.faults.seeds import seeds
from tests.end_to_end.one_log.conftest import NewDatabase
from tests.end_to_end.one_log.installation import SETTLING_SECONDS, Installation
from tests.waiting import eventually

ORG = "northside"
STEPS = 6
_PATIENTS = 3
_TOGETHER = 6
Key = tuple[GoalId, tuple[str, str]]


class Story:
    """An installation, what it has acknowledged, and the backups that were taken of it."""

    def __init__(self, here: Installation, seed: int):
        self._here = here
        self._chance = random.Random(seed)
        self._acknowledged: set[Key] = set()
        self._backups: list[Path] = []
        self._begun: set[GoalId] = set()
        self._entries = 0
        self.done: list[str] = []

    async def go_on(self) -> None:
        """One thing more, which chance decides; then see whether anything lies."""
        things = {"submit": 4, "backup": 2, "kill": 2}
        if self._backups:
            things |= {"restore while it is stopped": 2, "replace under running services": 2, "lose": 1}
        (what,) = self._chance.choices(list(things), weights=list(things.values()))
        self.done.append(what)
        match what:
            case "submit":
                await self._submit()
            case "backup":
                self._backups.append(await self._here.backup(f"backup-{len(self._backups)}"))
            case "kill":
                await self._kill()
            case "restore while it is stopped":
                await self._restored_while_stopped(self._chance.choice(self._backups))
            case "replace under running services":
                await self._here.delete_the_stream()
                assert (ran := await self._here.restore(self._chance.choice(self._backups))).code == 0, ran.err
            case "lose":
                await self._here.stop()
                await self._here.lose_the_log()
                await self._here.start()
        await self._see()

    async def _submit(self) -> None:
        """What several patients say. Whoever gets no answer, or is told to try again, has been promised nothing."""
        async with connected([self._here.server.url], 1) as (nc,):
            for _ in range(_TOGETHER):
                goal_id = GoalId(ORG, f"pt-{self._chance.randrange(_PATIENTS)}", "walk")
                told: list[Event] = [] if goal_id in self._begun else active_goal(goal_id)
                self._entries += 1
                for each in (*told, event(goal_id, entry(f"entry-{self._entries}"))):
                    outcome = await ask(nc, each, seconds=30)
                    if outcome is not None and outcome.status == "recorded":
                        self._acknowledged.add((each.goal_id, each.key))
                        self._begun.add(goal_id)

    async def _kill(self) -> None:
        service = self._here.service(self._chance.choice(["goals", "projections"]))
        await service.kill()
        await self._submit()
        await service.start()

    async def _restored_while_stopped(self, backup: Path) -> None:
        await self._here.stop()
        await self._here.lose_the_log()
        async with self._here.only_the_server():
            assert (ran := await self._here.restore(backup)).code == 0, ran.err
        await self._here.start()

    async def _see(self) -> None:
        missing = self._acknowledged - await self._in_the_log()
        if not missing:
            return await self._until_ready_or_replaced()
        said = await self._here.until_refused("log.replaced")
        assert "cairn log adopt" in said["detail"]
        await self._submit()
        assert (await self._here.readiness())[0] == 503, f"{self.done}: {len(missing)} are missing, and it is ready"
        await self._here.adopt()
        self._acknowledged = await self._in_the_log()
        self._begun = {goal_id for goal_id, _ in self._acknowledged}
        await self._here.until_ready()
        await eventually(self._here.has_caught_up, within=SETTLING_SECONDS)

    async def _until_ready_or_replaced(self) -> None:
        """Nothing is missing, so that it gets ready; unless what stands in the tables was of a log that was lost."""

        async def known() -> bool:
            status, said = await self._here.readiness()
            return status == 200 or said.get("code") == "log.replaced"

        await eventually(known, within=SETTLING_SECONDS)
        if (await self._here.readiness())[0] != 200:
            await self._here.adopt()
            await self._here.until_ready()
        await eventually(self._here.has_caught_up, within=SETTLING_SECONDS)

    async def _in_the_log(self) -> set[Key]:
        nc = await connect(self._here.server.url, name="looking")
        log = Log(nc)
        try:
            head = await log.head()
            found: set[Key] = set()
            position = 0
            if head:
                async for batch in log.follow():
                    for message in batch.messages:
                        position = message.position
                        recorded = read_recorded(message)
                        found.add((recorded.goal_id, recorded.event.key))
                    if position >= head:
                        break
            return found
        except LogUnreachable:
            return set()
        finally:
            await log.close()
            await nc.close()


@pytest.fixture
def new_database(tmp_path: Path) -> NewDatabase:
    return lambda: f"sqlite:///{tmp_path / 'cairn.db'}"


@seeds(1)
async def test_no_order_of_things_ends_with_an_acknowledged_event_missing_while_it_is_ready(
    here: Installation, seed: int
) -> None:
    story = Story(here, seed)
    async with asyncio.timeout(230):
        for _ in range(STEPS):
            await story.go_on()
