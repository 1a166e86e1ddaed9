"""Which worker runs which tests, and in what order: what is costly is made once, and what takes long comes early."""

import gc
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_ON_ONE_NODE = frozenset(
    f"tests/end_to_end/test_{name}.py" for name in ("first_look", "readme", "staying_up", "submitting")
)
"""They look at the same `cairn up`, or add to it."""


class Together(LoadFileScheduling):
    """The tests of a file run on one worker, and so do those of all the files that share a node, or a browser."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if file.startswith("tests/browser/"):
            return "one browser"
        return "one node" if file in _ON_ONE_NODE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together | None:
    """Files go out in the order of `testpaths`."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than there are cores: now and then each waits for a disk, an election, or a process that starts."""
    return (yield) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Of all that is imported and collected nothing is garbage; looking for it took a tenth of the tests' time."""
    gc.disable()
    try:
        _import_a_share(session.config)
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def _import_a_share(config: pytest.Config) -> None:
    """Each worker begins with other files: in a fresh clone each is then compiled by one worker, and not by all."""
    own: dict[str, str | int] | None = getattr(config, "workerinput", None)
    house, folders = config.rootpath, [config.rootpath / folder for folder in config.getini("testpaths")]
    if own is None or [Path(each).resolve() for each in config.args] != folders:
        return
    files = sorted(file.relative_to(house) for folder in folders for file in folder.rglob("test_*.py"))
    first = int(str(own["workerid"]).removeprefix("gw"))
    for file in files[first :: int(own["workercount"])]:
        import_module(".".join(file.with_suffix("").parts))
