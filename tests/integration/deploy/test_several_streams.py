"""The accounts of deploy/nats where the log has two streams, prepared as deploy/README.md says."""

import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from pydantic_core import from_json

from events.envelope import STRUCTURED
from events.identity import NOTICE, SUBMIT, GoalId
from events.log.placement import Placement
from projections.catalog import projection_named
from projections.engine.service import serve as projection
from services.access.service import serve as access
from services.embedded_server import free_port
from services.gateway.service import serve as gateway
from services.goals.service import serve as goals
from services.intake.service import serve as intake
from services.reminders.service import serve as reminders
from services.settings import Settings
from tests.builders import active_goal, as_bytes
from tests.conftest import running
from tests.integration.deploy.deployed import CONFIGURATION, Deployed, configuration, connected, environment, start

A, B = "CAIRN_LOG_A", "CAIRN_LOG_B"
PLACEMENT = Placement({A: ["northside"], B: ["riverside"]})


@pytest.fixture
async def deployed(tmp_path: Path) -> AsyncIterator[Deployed]:
    config = configuration(tmp_path)
    readme = (CONFIGURATION.parent / "README.md").read_text()
    (command,) = re.findall(r"^sed .* accounts\.conf$", readme, re.MULTILINE)
    subprocess.run(["bash", "-c", command], cwd=config, check=True)  # noqa: ASYNC221 - before anything runs
    server = await start(config / "server.conf", environment(tmp_path, free_port()))
    yield server
    await server.kill()


@pytest.fixture
async def services(deployed: Deployed, tmp_path: Path) -> AsyncIterator[None]:
    def settings(user: str) -> Settings:
        return Settings(nats_url=deployed.url(user), data_dir=tmp_path / "data", http_port=0, placement=PLACEMENT)

    reads = settings("projections")
    async with AsyncExitStack() as stack:
        for serve in (
            partial(goals, settings("goals"), streams=[A]),
            partial(goals, settings("goals"), streams=[B]),
            partial(intake, settings("intake")),
            partial(reminders, settings("reminders")),
            partial(access, settings("access")),
            partial(
                projection,
                projection_named("goal_state"),
                reads.nats_address,
                reads.database_address,
                streams=PLACEMENT.streams,
            ),
            partial(gateway, settings("gateway")),
        ):
            await stack.enter_async_context(running(serve))
        yield


@pytest.mark.parametrize("org", ["northside", "riverside"])
async def test_every_service_may_do_its_work_on_each_stream(deployed: Deployed, services: None, org: str) -> None:
    goal_id = GoalId(org, "pt-1", "walk")
    async with connected(deployed, "operator") as [operator]:
        notices = await operator.nc.subscribe(goal_id.on(NOTICE))
        for each in active_goal(goal_id):
            reply = await operator.nc.request(
                each.goal_id.on(SUBMIT),
                as_bytes(each),
                timeout=20,
                headers={"content-type": STRUCTURED},
            )
            outcome = from_json(reply.data)
            assert outcome["status"] == "recorded"
        assert (await notices.next_msg(20)).data
        position = outcome["events"][-1]["position"]
        path = f"/v1/orgs/{org}/goals?min_position={position}"
        read = from_json((await operator.nc.request("cairn.read", path.encode(), timeout=20)).data)
        assert [each["status"] for each in read["items"]] == ["active"]
