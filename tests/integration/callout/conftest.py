"""One nats-server whose unknown clients the auth callout decides about, and one instance of the callout."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.access.callout.keys import CalloutKeys, make_keys
from services.access.callout.service import serve
from services.embedded_server import free_port
from services.settings import Settings
from tests.conftest import running
from tests.integration.callout.configured import PRINCIPALS, StubTokens, start_server
from tests.integration.deploy.deployed import Deployed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("callout")
    (folder / "principals.toml").write_text(PRINCIPALS)
    return folder


@pytest.fixture(scope="module")
def keys(folder: Path) -> CalloutKeys:
    return make_keys(folder / "callout.keys")


@pytest.fixture(scope="module")
async def server(folder: Path, keys: CalloutKeys) -> AsyncIterator[Deployed]:
    server = await start_server(folder, free_port(), keys)
    yield server
    await server.kill()


@pytest.fixture(scope="module")
def settings(server: Deployed, folder: Path) -> Settings:
    return Settings(
        data_dir=folder,
        nats_url=server.url("auth_tokens"),
        nats_auth_url=server.url("auth"),
        nats_system_url=server.url("auth_system"),
        nats_principals=folder / "principals.toml",
    )


@pytest.fixture(scope="module")
def tokens() -> StubTokens:
    return StubTokens()


@pytest.fixture(scope="module")
async def callout(settings: Settings, tokens: StubTokens) -> AsyncIterator[None]:
    async with running(lambda ready: serve(settings, ready, tokens.opened)):
        yield
