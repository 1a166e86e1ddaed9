"""However much comes at once, each submission is answered, and what is too much is told so."""

from collections import Counter

import pytest
from nats.aio.msg import Msg
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.identity import SUBMIT, GoalId
from events.log import Log, connect
from events.log.client.resilient import ResilientClient
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.builders import as_bytes, event, opened
from tests.conftest import running
from tests.waiting import eventually

AT_ONCE = 1500
"""More than one batch of the log takes."""


class Answers:
    """The answers to many submissions, by the number of the submission."""

    def __init__(self, nc: ResilientClient):
        self._nc = nc
        self._inbox = nc.new_inbox()
        self.codes: dict[int, str] = {}
        self.again: Counter[int] = Counter()

    async def listen(self) -> None:
        await self._nc.subscribe(f"{self._inbox}.*", cb=self._take)

    def to(self, number: int) -> str:
        return f"{self._inbox}.{number}"

    async def _take(self, message: Msg) -> None:
        number = int(message.subject.rpartition(".")[2])
        self.again[number] += number in self.codes
        said = from_json(message.data)
        self.codes[number] = said.get("code", said["status"])


@pytest.mark.parametrize("max_waiting", [1, 100, 10_000])
async def test_however_many_come_at_once_each_is_answered_once(
    own_server: EmbeddedServer, max_waiting: int, org: str
) -> None:
    settings = Settings(nats_url=own_server.url, data_dir=own_server.data_dir, max_waiting=max_waiting)
    plans = [event(GoalId(org, f"pt-{number}", "plan"), opened(), role="clinician") for number in range(AT_ONCE)]
    nc = await connect(own_server.url, name="sender")
    answers = Answers(nc)
    await answers.listen()
    async with running(lambda ready: goals.serve(settings, ready)):
        for number, plan in enumerate(plans):
            nc.send(plan.goal_id.on(SUBMIT), {"content-type": STRUCTURED}, as_bytes(plan), answers.to(number))
        await eventually(lambda: len(answers.codes) == AT_ONCE, within=60)

    assert not answers.again.total()
    assert set(answers.codes.values()) <= {"recorded", "log.busy"}
    log = Log(nc)
    recorded = [place for place, plan in enumerate(plans) if await log.read(plan.goal_id)]
    assert recorded == sorted(place for place, code in answers.codes.items() if code == "recorded")
    assert (len(recorded) == AT_ONCE) == (max_waiting > AT_ONCE)
    await nc.close()
