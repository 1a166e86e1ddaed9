"""deploy/nats with its callout switched on: users with tokens get in, configured users as before."""

from collections.abc import AsyncIterator

import pytest

from services.access.callout.keys import make_keys
from services.access.callout.service import serve
from services.embedded_server import free_port
from tests.conftest import running
from tests.integration.callout.configured import StubTokens, client, refusal
from tests.integration.deploy.deployed import USERS, Deployed, configuration, connected, environment, start

SWITCH = "#include ./callout.conf"


@pytest.fixture(scope="module")
def tokens() -> StubTokens:
    return StubTokens()


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory, tokens: StubTokens) -> AsyncIterator[Deployed]:
    """A server as README.md says to set it up for many users, with a callout."""
    folder = tmp_path_factory.mktemp("many-users")
    config = configuration(folder) / "server.conf"
    assert SWITCH in config.read_text()
    config.write_text(config.read_text().replace(SWITCH, SWITCH.removeprefix("#")))
    keys = make_keys(folder / "callout.keys")
    public = {"CAIRN_NATS_CALLOUT_ISSUER": keys.issuer, "CAIRN_NATS_CALLOUT_XKEY": keys.xkey}
    server = await start(config, environment(folder, free_port(), **public))
    others = {"nats_auth_url": server.url("auth"), "nats_system_url": server.url("auth_system")}
    settings = server.settings("auth_tokens", folder, **others)
    async with running(lambda ready: serve(settings, ready, tokens.opened)):
        yield server
    await server.kill()


async def test_a_patient_with_a_token_gets_in(server: Deployed, tokens: StubTokens) -> None:
    tokens.add("p1", roles={"patient"}, orgs={"northside"}, patient="pt-1")
    async with client(server, "p1") as patient:
        assert await patient.may_publish("cairn.submit.northside.pt-1.walk")
        assert not await patient.may_publish("cairn.submit.northside.pt-2.walk")
        assert await patient.may_subscribe("cairn.feed.northside.pt-1.>")
        assert not await patient.may_subscribe("cairn.feed.northside.>")


async def test_a_token_of_an_organisation_without_an_account_does_not(server: Deployed, tokens: StubTokens) -> None:
    tokens.add("elsewhere", roles={"clinician"}, orgs={"southside"})
    assert await refusal(server, "elsewhere") == "org.unknown"


async def test_every_configured_user_gets_in_without_the_callout(server: Deployed, tokens: StubTokens) -> None:
    tokens.asked.clear()
    async with connected(server, *USERS) as everybody:
        assert all(user.nc.is_connected for user in everybody)
    assert tokens.asked == []
