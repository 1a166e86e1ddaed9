"""Of three servers the one that leads the log is killed while everyone is at work, and joins the others again later."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from events.log import connect
from events.log.client.resilient import ResilientClient
from tests.cluster import Cluster, cluster_in
from tests.end_to_end.faults.clients import Clients, connected
from tests.end_to_end.faults.conftest import Moments
from tests.end_to_end.faults.processes import ServiceProcess
from tests.end_to_end.faults.record import assert_nothing_is_lost
from tests.end_to_end.faults.seeds import seeds

KILLS = 1


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with cluster_in(tmp_path) as cluster:
        yield cluster


@pytest.fixture
async def operator(cluster: Cluster) -> AsyncIterator[ResilientClient]:
    nc = await connect(cluster.url, name="operator")
    yield nc
    await nc.close()


@pytest.fixture
async def goals(cluster: Cluster, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """The only goals service; the log that it makes is kept by all three servers."""
    service = ServiceProcess("goals", data_dir=tmp_path, CAIRN_NATS_URL=cluster.url, CAIRN_LOG_REPLICAS="3")
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def clients(cluster: Cluster, goals: ServiceProcess, org: str) -> AsyncIterator[Clients]:
    async with connected(cluster.url.split(",")) as connections:
        yield Clients(connections, org)


@seeds(1)
async def test_when_the_leader_of_the_log_is_killed_another_takes_over_and_nothing_is_lost(
    cluster: Cluster, operator: ResilientClient, clients: Clients, moments: Moments
) -> None:
    async with clients.at_work():
        for moment in moments(clients, KILLS):
            await clients.have_recorded(moment)
            leader = await cluster.leader(operator)
            await leader.kill()
            await clients.have_recorded(len(clients.answers) + clients.at_once + 1)
            await leader.start()

    await assert_nothing_is_lost(cluster.url, clients.connection, clients.answers)
