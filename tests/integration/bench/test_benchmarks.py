"""Each benchmark runs, at a tiny size, and prints the JSON that docs/performance.md describes; no time is judged."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from services.cli import cairn
from services.cli.bench import bench

TINY = {
    "append": ("--writers", "1", "--writers", "3", "--count", "12", "--peer", "js_publish"),
    "submit": ("--clients", "3", "--goals", "5", "--count", "12"),
    "growth": ("--from", "42", "--to", "84", "--writers", "3", "--count", "12"),
    "load": ("--events", "100", "--count", "5"),
    "memory": ("--cached-goals", "2", "--cached-goals", "4"),
    "rebuild": ("--events", "100", "--database", "sqlite"),
    "rebuild-growth": ("--from", "42", "--to", "84"),
    "http": ("--connections", "1", "--connections", "3", "--goals", "5", "--count", "6"),
    "whole": (
        *("--rate", "50", "--clients", "3", "--goals", "5", "--count", "12", "--seconds", "0.2"),
        *("--peer", "js_publish"),
    ),
    "lag": ("--rate", "100", "--seconds", "0.2", "--goals", "5", "--read-every", "4"),
}

PEERS = {
    "append": ["js_publish"],
    "growth": ["at 42 events"],
    "rebuild-growth": ["at 42 events"],
    "submit": ["js_publish"],
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
        "growth": [{"writers": 3, "events": 84}],
        "load": [
            {what: history, "events": 84, "goals": 4}
            for what, history in (
                ("load", "through a snapshot"),
                ("load", "through a snapshot 10 events old"),
                ("load", "without a snapshot"),
                ("load", "events alone"),
                ("load", "in memory"),
                ("submission", "history loaded first"),
                ("submission", "history in memory"),
            )
        ],
        "memory": [
            {"cached_goals": limit, "memory": memory}
            for limit in (2, 4)
            for memory in ("of one goal", "of the service without goals", "of the service at most")
        ],
        "rebuild": [
            {"projection": name, "events": 84, "database": "sqlite"}
            for name in ("goal_state", "audit_trail", "review_schedule", "all together")
        ],
        "rebuild-growth": [
            {"projection": "goal_state", "database": "sqlite", "events": 84, **figure}
            for figure in ({}, {"memory": "at most"})
        ],
        "http": [
            {"request": request, "connections": connections}
            for request in ("goal", "goals", "caseload", "reviews", "submit")
            for connections in (1, 3)
        ],
        "whole": [
            {**load, **span} for load in ({"submitted": "50/s"}, {"clients": 3}) for span in ({}, {"until": "visible"})
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
        if result["benchmark"] in ("memory", "rebuild", "rebuild-growth"):
            assert case["latency_ms"] is None
        else:
            assert set(case["latency_ms"]) == {"p50", "p95", "p99"}


def test_measures_the_peers_in_the_same_run(result: dict[str, Any]) -> None:
    for case in result["cases"]:
        if result["benchmark"] == "whole":
            continue  # below, for they differ between its cases
        assert [peer["name"] for peer in case["peers"]] == PEERS.get(result["benchmark"], [])
        assert all(peer["ratio"] > 0 and len(peer["runs"]) == 1 for peer in case["peers"])


def test_a_whole_installation_stands_beside_a_plain_log_and_beside_itself_at_rest(result: dict[str, Any]) -> None:
    if result["benchmark"] != "whole":
        pytest.skip("It is about another benchmark.")
    assert [[peer["name"] for peer in case["peers"]] for case in result["cases"]] == [
        [],
        [],
        ["js_publish"],
        ["at 50/s"],
    ]
    assert result["cases"][3]["peers"][0]["latency_ratio"]["p99"] > 0


def test_prints_a_table_for_people() -> None:
    said = CliRunner().invoke(bench, ["load", "--events", "50", "--count", "2", "--runs", "1"], catch_exceptions=False)
    assert said.exit_code == 0
    assert "sync always" in said.stdout
    assert "loads/s" in said.stdout


def test_says_what_it_needs_of_the_disk_and_does_not_begin_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3 * 10**9))

    said = CliRunner().invoke(cairn, ["bench", "growth", "--to", "2000000", "--count", "1"])

    assert said.exit_code == 1
    assert said.stderr.startswith("This takes about 1.2 GB of the disk")
    assert "where 3.0 GB are free" in said.stderr
