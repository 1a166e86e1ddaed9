"""Processes that catch up are forked only where there is a core for them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.cli.serve import run_as_fork
from services.settings import Settings


@pytest.mark.parametrize(("cores", "forked"), [(1, 0), (2, 3)])
def test_workers_are_forked_where_there_is_more_than_one_core(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, forked: int
) -> None:
    workers: list[Callable[..., int]] = []
    monkeypatch.setattr("projections.engine.workers.Worker", workers.append)
    monkeypatch.setattr("projections.engine.catching_up.cores", lambda: cores)
    monkeypatch.setattr("services.cli.serve.run_service", lambda _name, _serve: None)

    assert run_as_fork(("projections",), Settings(data_dir=tmp_path)) == 0

    assert len(workers) == forked
