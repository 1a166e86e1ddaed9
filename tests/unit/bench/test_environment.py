"""A process that a benchmark starts has the settings that it is meant to have."""

from pathlib import Path

import pytest

from bench.environment import environment_of
from events.log.placement import Placement
from services.settings import Settings


def test_a_child_process_sees_the_same_and_nothing_older(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CAIRN_{name.upper()}", raising=False)
    monkeypatch.setenv("CAIRN_NATS_URL", "nats://old:4222")
    monkeypatch.setenv("PATH", "/bin")
    placement = Placement({"CAIRN_LOG_A": ["northside"], "CAIRN_LOG_B": ["riverside"]})
    settings = Settings(data_dir=Path("/d"), nats_url="nats://new:4222", sample=False, placement=placement)
    environment = environment_of(settings)
    assert environment["CAIRN_NATS_URL"] == "nats://new:4222"
    assert environment["PATH"] == "/bin"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings
