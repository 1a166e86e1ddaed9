"""Three servers as deploy/nats/cluster.conf configures them: any one may fail."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from bench.peers.server import held_port
from events.identity import GoalId
from events.log import Log, connect
from services.goals.service import serve as goals
from services.settings import Settings
from services.submission_client import submit
from tests.builders import active_goal, as_bytes
from tests.conftest import running
from tests.integration.deploy.deployed import CONFIGURATION, Deployed, configuration, environment, password, start
from tests.waiting import eventually


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[list[Deployed]]:
    secret = password("cluster")
    servers = []
    with ExitStack() as held:
        own_routes, ports = ([held.enter_context(held_port()) for _ in range(3)] for _ in range(2))
        routes = ", ".join(f"nats://cluster:{secret}@127.0.0.1:{route}" for route in own_routes)
        for number, (own_route, port) in enumerate(zip(own_routes, ports, strict=True), 1):
            folder = tmp_path / f"cairn-{number}"
            folder.mkdir()
            settings = environment(
                folder,
                port,
                CAIRN_NATS_CLUSTER_LISTEN=f"127.0.0.1:{own_route}",
                CAIRN_NATS_CLUSTER_PASSWORD=secret,
                CAIRN_NATS_ROUTES=f"[{routes}]",
            )
            servers.append(await start(configuration(folder) / "cluster.conf", settings))
        yield servers
        for server in servers:
            await server.kill()


def url(cluster: list[Deployed], user: str) -> str:
    return ",".join(server.url(user) for server in cluster)


async def test_what_was_recorded_outlives_any_one_server(cluster: list[Deployed], tmp_path: Path) -> None:
    plan, proposal, *_ = active_goal(GoalId("northside", "pt-1", "walk"))
    operator = await connect(url(cluster, "log_operator"), name="tests")
    organisation = await connect(url(cluster, "northside"), name="tests")

    async def elected() -> bool:
        try:
            await operator.jetstream(timeout=1).account_info()
        except (NatsError, TimeoutError):
            return False
        return True

    await eventually(elected, within=60)
    settings = Settings(
        nats_url=url(cluster, "goals"),
        data_dir=tmp_path,
        log_replicas=3,
        nats_principals=CONFIGURATION / "principals.toml",
    )
    async with running(partial(goals, settings)):
        assert (await submit(organisation, plan.goal_id, as_bytes(plan), 60))["status"] == "recorded"
        log_cluster = (await operator.jetstream().stream_info("CAIRN_LOG")).cluster
        assert log_cluster is not None
        assert len(log_cluster.replicas or ()) == 2
        await next(server for server in cluster if server.name == log_cluster.leader).kill()
        assert (await submit(organisation, proposal.goal_id, as_bytes(proposal), 60))["status"] == "recorded"

        async def all_is_read() -> bool:
            # Whichever replica answers; one may not have caught up with the new leader yet.
            read = await Log(operator).read_patient(plan.goal_id)
            return [each.event.key for each in read] == [plan.key, proposal.key]

        await eventually(all_is_read)
    await organisation.close()
    await operator.close()
