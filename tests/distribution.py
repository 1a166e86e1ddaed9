"""Which worker runs which tests, and when: what is costly is made once, and what waits is beside what computes."""

import gc
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_ON_ONE_NODE = frozenset(
    f"tests/end_to_end/test_{name}.py" for name in ("first_look", "readme", "staying_up", "submitting")
)
"""They look at the same `cairn up`, or add to it."""


_BROWSER = "tests/browser/"
_WAITING = (_BROWSER, "tests/end_to_end/")
"""What waits most of its time for processes, pages and elections, and takes long."""
_SPREAD = defaultdict(lambda: (0.0, 1.0), {"integration": (0.05, 1.0), "waiting": (0.1, 0.75)})
"""Over which share of the run the files of a folder are spread. What starts processes does not come at its start, when
everything is compiled and they start slowly; and what waits long not at its end, with nothing to compute beside it."""


class Together(LoadFileScheduling):
    """The tests of a file run on one worker, and so do those of all the files that share a node, or a browser."""

    def _split_scope(self, nodeid: str) -> str:
        return _shared(super()._split_scope(nodeid))


def _shared(file: str) -> str:
    if file.startswith(_BROWSER):
        return "one browser"
    return "one node" if file in _ON_ONE_NODE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together | None:
    """Files go out in the order in which they are collected."""
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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Weave what computes, what talks to servers and what waits for processes: then no core waits with them."""
    if _share(config) is None:
        return
    of: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        of[_shared(item.nodeid.partition("::")[0])].append(item)
    items[:] = (item for scope in _woven(of) for item in of[scope])


def _woven(scopes: Iterable[str]) -> list[str]:
    """The groups of files that stay together, in the order in which they go out: each folder's spread over the run."""
    of_folder: dict[str, list[str]] = defaultdict(list)
    for scope in scopes:
        waits = scope.startswith(_WAITING) or not scope.startswith("tests/")
        of_folder["waiting" if waits else scope.split("/")[1]].append(scope)
    place: dict[str, float] = {}
    for folder, its in of_folder.items():
        begins, ends = _SPREAD[folder]
        place |= {scope: begins + (ends - begins) * number / len(its) for number, scope in enumerate(its)}
    return sorted(place, key=place.__getitem__)


def _share(config: pytest.Config) -> tuple[int, int] | None:
    """Which worker this is, and of how many, if all tests run; else None."""
    own: dict[str, str | int] | None = getattr(config, "workerinput", None)
    folders = [config.rootpath / folder for folder in config.getini("testpaths")]
    if own is None or [Path(each).resolve() for each in config.args] != folders:
        return None
    return int(str(own["workerid"]).removeprefix("gw")), int(own["workercount"])


def _import_a_share(config: pytest.Config) -> None:
    """Each worker begins with other files: in a fresh clone each is then compiled by one worker, and not by all."""
    if (share := _share(config)) is None:
        return
    house, folders = config.rootpath, [config.rootpath / folder for folder in config.getini("testpaths")]
    files = sorted(file.relative_to(house) for folder in folders for file in folder.rglob("test_*.py"))
    first, workers = share
    for file in files[first::workers]:
        import_module(".".join(file.with_suffix("").parts))
