"""Reads over NATS: paths with queries, pages put together, and the gateway's own words when it refuses."""

import os
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from pydantic_core import to_json

from services.cli.reading import read, read_pages
from services.node.address import NodeAddress, write_address


class Gateway:
    """Stands in for a connection; answers with what it was given, in turn."""

    connected_url = SimpleNamespace(geturl=lambda: "nats://someone:secret@127.0.0.1:4222")

    def __init__(self, *answers: object, status: int = 200):
        self._answers = list(answers)
        self._status = status
        self.asked: list[str] = []

    async def request(self, subject: str, payload: bytes, **_: float) -> object:
        assert subject == "cairn.read"
        self.asked.append(payload.decode())
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(data=to_json(answer), headers={"status": str(self._status)})


async def test_only_parameters_that_were_given_are_asked_with() -> None:
    gateway = Gateway({})
    await read(gateway, "/v1/orgs/n/goals", text="a b&c", status=None)  # type: ignore[arg-type]  # stands in
    assert gateway.asked == ["/v1/orgs/n/goals?text=a+b%26c"]


async def test_pages_are_read_until_there_is_enough() -> None:
    gateway = Gateway({"items": [1] * 50, "next": "c1"}, {"items": [2] * 10, "next": "c2"})
    found = await read_pages(gateway, "/p", 60, {})  # type: ignore[arg-type]  # stands in
    assert found == {"items": [1] * 50 + [2] * 10, "next": "c2"}
    assert gateway.asked == ["/p?limit=50", "/p?cursor=c1&limit=10"]


async def test_reading_ends_with_the_last_page() -> None:
    gateway = Gateway({"items": [1], "next": None})
    found = await read_pages(gateway, "/p", 60, {"cursor": "c0"})  # type: ignore[arg-type]  # stands in
    assert found == {"items": [1], "next": None}
    assert gateway.asked == ["/p?cursor=c0&limit=50"]


@pytest.mark.parametrize(
    ("gateway", "said"),
    [
        (Gateway({"detail": "There is no such goal.\x1b[2J"}, status=404), "There is no such goal.�[2J"),
        (
            Gateway(
                {"detail": "That. See errors for each.", "errors": [{"detail": "That."}, {"detail": "This."}]},
                status=422,
            ),
            "That. This.",
        ),
        (Gateway({}, status=500), "The gateway answered 500."),
        (Gateway(NatsTimeout()), "did not answer within 15 s"),
    ],
    ids=["refused", "refused for two reasons", "wordless", "silence"],
)
async def test_a_read_that_fails_says_why(gateway: Gateway, said: str) -> None:
    with pytest.raises(click.ClickException) as raised:
        await read(gateway, "/p")  # type: ignore[arg-type]  # stands in
    assert raised.value.message.startswith(said) or said in raised.value.message


@pytest.mark.parametrize(
    ("port", "advice"),
    [
        (4222, "Wait until the `cairn up` there is ready."),
        (4223, "Start one with `make run` or"),
        (None, "Start one with `make run` or"),
    ],
    ids=["there", "elsewhere", "nowhere"],
)
async def test_without_a_gateway_one_is_started_or_the_node_that_starts_one_is_waited_for(
    port: int | None, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAIRN_DATA_DIR", str(tmp_path))
    if port is not None:
        write_address(tmp_path, NodeAddress(os.getpid(), f"nats://t0ken@127.0.0.1:{port}", "http://127.0.0.1:1"))
    with pytest.raises(click.ClickException) as raised:
        await read(Gateway(NoRespondersError()), "/p")  # type: ignore[arg-type]  # stands in
    assert raised.value.message.startswith(f"No gateway answers at nats://127.0.0.1:4222. {advice}")
