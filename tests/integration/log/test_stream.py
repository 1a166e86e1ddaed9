"""The log's stream: made once, and refused when it could forget, lose or hide what was recorded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nats.errors import Error as NatsError
from nats.js.api import DiscardPolicy, RePublish, RetentionPolicy, StorageType

from events.log import Log, WrongStream, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM, log_config
from services.embedded_server import EmbeddedServer
from tests.integration.log.conftest import Appends


@pytest.fixture
async def empty(own_server: EmbeddedServer) -> Any:  # Any: a fixture that yields
    """A connection to a server without a log."""
    connection = await connect(own_server.url, name="test")
    yield connection
    await connection.close()


async def test_the_log_is_declared_once_and_keeps_what_it_has(own: ResilientClient, first_of: Appends) -> None:
    await Log(own).append(first_of("pt-1"))

    await declare_log(own)

    assert await Log(own).head() == 1


async def test_the_log_cannot_be_thinned_out(own: ResilientClient, first_of: Appends) -> None:
    await Log(own).append(first_of("pt-1"))

    with pytest.raises(NatsError):
        await own.jetstream().delete_msg(STREAM, 1)
    with pytest.raises(NatsError):
        await own.jetstream().purge_stream(STREAM)

    assert await Log(own).head() == 1


UNFIT: list[dict[str, Any]] = [  # Any: settings of many kinds
    {"subjects": ["cairn.log.>"]},
    {"storage": StorageType.MEMORY},
    {"retention": RetentionPolicy.WORK_QUEUE},
    {"retention": RetentionPolicy.INTEREST},
    {"discard": DiscardPolicy.OLD},
    {"max_age": 3600},
    {"max_msgs": 1000},
    {"max_msgs_per_subject": 10},
    {"deny_delete": False},
    {"deny_purge": False},
    {"allow_direct": False},
    {"allow_atomic": False},
    {"republish": None},
    {"republish": RePublish(src="cairn.log.>", dest="somewhere.else.>")},
    {"republish": RePublish(src="cairn.log.>", dest="cairn.feed.>", headers_only=True)},
]


@pytest.mark.parametrize("unfit", UNFIT, ids=str)
async def test_a_stream_that_is_unfit_is_refused_and_left_alone(empty: ResilientClient, unfit: dict[str, Any]) -> None:
    await empty.jetstream().add_stream(replace(log_config(), **unfit))

    with pytest.raises(WrongStream, match=next(iter(unfit))):
        await declare_log(empty)

    found = (await empty.jetstream().stream_info(STREAM)).config
    assert all(
        getattr(found, name) in (value, None, 0, -1, False) for name, value in unfit.items() if name != "republish"
    )


@pytest.mark.parametrize(
    "own_wish", [{"max_bytes": 10**9}, {"description": "Ours"}, {"max_msg_size": 500_000}], ids=str
)
async def test_what_an_operator_may_wish_is_left_as_it_is(empty: ResilientClient, own_wish: dict[str, Any]) -> None:
    await empty.jetstream().add_stream(replace(log_config(), **own_wish))

    await declare_log(empty)

    found = (await empty.jetstream().stream_info(STREAM)).config
    assert {name: getattr(found, name) for name in own_wish} == own_wish


class Encrypted(EmbeddedServer):
    """A server that encrypts what it stores."""

    key = "one"

    def configuration(self) -> str:
        return super().configuration().replace("jetstream {", f"jetstream {{ cipher: chachapoly, key: {self.key},", 1)


@asynccontextmanager
async def encrypted(folder: Path, key: str) -> AsyncIterator[ResilientClient]:
    """A connection to a server that uses a key for what it stores there."""
    server = Encrypted(folder)
    server.key = key
    await server.start()
    connection = await connect(server.url, name="test")
    yield connection
    await connection.close()
    await server.stop()


async def test_where_no_stream_may_be_made_a_wrong_encryption_key_costs_nothing(
    tmp_path: Path, first_of: Appends
) -> None:
    async with encrypted(tmp_path, "one") as connection:
        await declare_log(connection)
        await Log(connection).append(first_of("pt-1"))

    async with encrypted(tmp_path, "two") as connection:
        with pytest.raises(WrongStream, match=r"none was made\. Is this the right nats-server, .* its own key"):
            await declare_log(connection, create=False)

    async with encrypted(tmp_path, "one") as connection:
        await declare_log(connection, create=False)
        assert await Log(connection).head() == 1


async def test_that_a_stream_cannot_be_made_over_files_of_another_key_is_said_without_a_promise(
    tmp_path: Path, first_of: Appends
) -> None:
    """nats-server has removed them by then, so that only a backup brings the events back."""
    async with encrypted(tmp_path, "one") as connection:
        await declare_log(connection)
        await Log(connection).append(first_of("pt-1"))

    async with encrypted(tmp_path, "two") as connection:
        with pytest.raises(WrongStream, match="put them back from a backup, and set CAIRN_MAKE_STREAMS=never"):
            await declare_log(connection)
