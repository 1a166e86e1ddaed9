"""Each benchmark runs, at a tiny size, and prints the JSON that docs/performance.md describes; no time is judged."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from services.cli.bench import bench

TINY = {
    "append": ("--writers", "1", "--writers", "3", "--count", "12"),
    "submit": ("--clients", "3", "--goals", "5", "--count", "12"),
    "load": ("--events", "100", "--count", "5"),
    "rebuild": ("--events", "100"),
    "lag": ("--rate", "100", "--seconds", "0.2", "--goals", "5", "--read-every", "4"),
}


@pytest.fixture(scope="module", params=sorted(TINY))
def result(request: pytest.FixtureRequest) -> dict[str, Any]:
    name = request.param
    said = CliRunner().invoke(bench, [name, *TINY[name], "--runs", "1", "--json"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)
    assert found["benchmark"] == name
    return found


def test_says_what_it_ran_on(result: dict[str, Any]) -> None:
    conditions = result["conditions"]
    assert conditions["sync"] == "always"
    assert conditions["nats_server"].startswith("2.")
    assert set(conditions["hardware"]) == {"cpu", "cores", "memory_gb", "kernel", "python", "filesystem", "fsync_ms"}
    assert result["options"]["runs"] == 1


def test_measures_every_case(result: dict[str, Any]) -> None:
    cases = {
        "append": [{"writers": 1}, {"writers": 3}],
        "submit": [{"clients": 3}],
        "load": [{"events": 84, "goals": 4}],
        "rebuild": [
            {"projection": name, "events": 84, "database": "sqlite"}
            for name in ("goal_state", "audit_trail", "review_schedule")
        ],
        "lag": [
            {"from": "outcome", "to": "announced", "submitted": "100/s"},
            {"from": "submission", "to": "announced", "submitted": "100/s"},
            {"from": "outcome", "to": "read over HTTP", "submitted": "100/s"},
        ],
    }
    assert [case["case"] for case in result["cases"]] == cases[result["benchmark"]]
    for case in result["cases"]:
        assert [run["rate"] for run in case["runs"]] == [case["median"]]


def test_gives_percentiles_where_it_is_about_latency(result: dict[str, Any]) -> None:
    for case in result["cases"]:
        if result["benchmark"] == "rebuild":
            assert case["latency_ms"] is None
        else:
            assert set(case["latency_ms"]) == {"p50", "p95", "p99"}


def test_measures_the_peers_in_the_same_run(result: dict[str, Any]) -> None:
    peers = {"append": ["js_publish"], "submit": ["js_publish"]}.get(result["benchmark"], [])
    for case in result["cases"]:
        assert [peer["name"] for peer in case["peers"]] == peers
        assert all(peer["ratio"] > 0 and len(peer["runs"]) == 1 for peer in case["peers"])


def test_prints_a_table_for_people() -> None:
    said = CliRunner().invoke(bench, ["load", "--events", "50", "--count", "2", "--runs", "1"], catch_exceptions=False)
    assert said.exit_code == 0
    assert "sync always" in said.stdout
    assert "loads/s" in said.stdout
