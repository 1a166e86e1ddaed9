"""The build that is measured beside this one."""

import sys
from pathlib import Path

import pytest

from bench.builds import OURS, beside, build_at
from bench.failed import BenchFailed


def test_alone_there_is_this_build() -> None:
    assert beside(None) == {"": OURS}
    assert OURS.python == Path(sys.executable)


def test_another_build_is_run_by_the_interpreter_of_its_environment(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    builds = beside(tmp_path)
    assert list(builds.values()) == [OURS, build_at(tmp_path)]
    assert (build_at(tmp_path).house, build_at(tmp_path).python) == (tmp_path, python)
    assert build_at(tmp_path).name == f"build {tmp_path.name}"


def test_a_checkout_without_an_environment_is_no_build(tmp_path: Path) -> None:
    with pytest.raises(BenchFailed, match="make setup"):
        build_at(tmp_path)
