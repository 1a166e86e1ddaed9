"""A cluster: the callout is asked by every server, and ends connections on every server."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from bench.peers.server import held_port
from services.access.callout.connections import Connection
from services.access.callout.keys import CalloutKeys
from services.access.callout.servers import Servers
from services.access.callout.service import serve
from services.settings import Settings
from tests.conftest import running
from tests.integration.callout.configured import StubTokens, client, connect_user, start_server
from tests.integration.deploy.deployed import Deployed
from tests.waiting import eventually


@pytest.fixture
async def cluster(keys: CalloutKeys, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Deployed]]:
    """Two servers of one cluster."""
    there = []
    with ExitStack() as held:
        routes, ports = ([held.enter_context(held_port()) for _ in range(2)] for _ in range(2))
        for own, port in zip(routes, ports, strict=True):
            others = ", ".join(f"nats://127.0.0.1:{route}" for route in routes)
            more = f'cluster {{ name: c, listen: "127.0.0.1:{own}", routes: [{others}], no_advertise: true }}'
            there.append(await start_server(tmp_path_factory.mktemp("clustered"), port, keys, more))
        yield there
        for each in there:
            await each.kill()


async def test_a_client_of_another_server_is_admitted_and_ended(
    cluster: list[Deployed], folder: Path, tokens: StubTokens
) -> None:
    one, other = cluster
    settings = Settings(
        data_dir=folder,
        nats_url=one.url("auth_tokens"),
        nats_auth_url=one.url("auth"),
        nats_system_url=one.url("auth_system"),
        nats_principals=folder / "principals.toml",
    )
    tokens.add("dana", roles={"clinician"}, orgs={"northside"})

    async def listed() -> set[Connection]:
        async with connect_user(one, "auth_system") as system:
            return (await Servers(system).admitted()).connections

    async def none_is_listed() -> bool:
        return not await listed()

    async with running(lambda ready: serve(settings, ready, tokens.opened)):

        async def both_ask() -> bool:
            try:
                async with client(other, "dana"):
                    return True
            except NatsError:  # the servers have not met yet
                return False

        async def both_list() -> bool:
            return len({each.server for each in await listed()}) == 2

        await eventually(both_ask)
        async with client(one, "dana") as near, client(other, "dana") as far:
            await eventually(both_list)
            tokens.revoked.add("jti-dana")
            await eventually(lambda: near.nc.is_closed and far.nc.is_closed)
        await eventually(none_is_listed)
