"""Services in one process: each is on its own, and the process is ready when all of them are."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from events.errors import CairnError
from services.node import background
from services.settings import Settings

Ready = Callable[[str], None]


class CannotStart(CairnError):
    """One of the services does not start."""


async def looks_at_the_log(settings: Settings, tell: Callable[[str], None]) -> None:
    tell("log")
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_AGAIN_SECONDS", 0)
    monkeypatch.setattr(background, "look_for_a_replaced_log", looks_at_the_log)


class Serving:
    """A service that is ready when it is told to be, and counts how often it began."""

    def __init__(self, name: str, ends: Iterator[asyncio.Event | Exception]):
        self._name = name
        self._ends = ends
        self.begun = 0

    async def __call__(self, settings: Settings, ready: Ready) -> None:
        self.begun += 1
        end = next(self._ends)
        ready(self._name)
        if isinstance(end, Exception):
            raise end
        await end.wait()


async def test_one_that_fails_begins_again_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    begun_again, said = asyncio.Event(), list[str]()

    def ends() -> Iterator[asyncio.Event | Exception]:
        yield ValueError("what a patient wrote")
        begun_again.set()
        yield asyncio.Event()

    steady, failing = Serving("steady", iter([asyncio.Event()])), Serving("failing", ends())
    services = {"steady": steady, "failing": failing}
    serving = asyncio.create_task(background.serve(Settings(), said.append, said.append, services))
    async with asyncio.timeout(60):
        await begun_again.wait()

    assert not serving.done()
    assert (steady.begun, failing.begun) == (1, 2)
    assert said == ["log", "steady, failing"]
    assert "failing: ValueError" in caplog.text
    assert "what a patient wrote" not in caplog.text
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_one_that_cannot_start_ends_the_process() -> None:
    async def refused(settings: Settings, ready: Ready) -> None:
        raise CannotStart("No stream.")

    services: dict[str, background.Service] = {
        "steady": Serving("steady", iter([asyncio.Event()])),
        "refused": refused,
    }
    with pytest.raises(CannotStart, match="No stream"):
        async with asyncio.timeout(60):
            await background.serve(Settings(), pytest.fail, lambda _: None, services)


async def test_a_notary_that_cannot_be_used_keeps_nobody_from_working(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    (tmp_path / "data-notary" / "CAIRN_LOG").mkdir(parents=True)
    (tmp_path / "data-notary" / "CAIRN_LOG" / "identity.json").write_text("half of a")
    said, told, all_ready = list[str](), list[str](), asyncio.Event()

    def ready(line: str) -> None:
        said.append(line)
        all_ready.set()

    services = {"steady": Serving("steady", iter([asyncio.Event()]))}
    serving = asyncio.create_task(background.serve(settings, ready, told.append, services))
    async with asyncio.timeout(60):
        await all_ready.wait()
    assert said == ["steady, notary: not usable"]
    assert [each for each in told if each.startswith("notary: ") and "identity.json cannot be read" in each]
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
