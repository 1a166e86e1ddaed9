"""Each benchmark runs, at a tiny size, and prints the JSON that docs/performance.md describes; no time is judged."""

import json
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from bench.builds import HOUSE
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
    "http": (
        *(
            "--connections",
            "1",
            "--connections",
            "3",
            "--goals",
            "5",
            "--count",
            "6",
            "--entries",
            "2",
            "--entries",
            "7",
        ),
        *("--datasette", "no-such-command"),
    ),
    "start": ("--events", "42", "--rest", "0.1", "--count", "3", "--database", "sqlite"),
    "whole": (
        *("--rate", "50", "--clients", "3", "--goals", "5", "--count", "12", "--seconds", "0.2"),
        *("--peer", "js_publish"),
    ),
    "lag": ("--rate", "100", "--seconds", "0.2", "--goals", "5", "--read-every", "4"),
    "proof": (
        *("--part", "tree", "--part", "catching-up", "--part", "one-proof"),
        *("--part", "export", "--exported", "1050", "--part", "submissions"),
        *("--leaves", "300", "--events", "42", "--from", "300", "--to", "600"),
        *("--clients", "3", "--goals", "5", "--count", "12"),
    ),
}

PEERS = {
    "append": ["js_publish"],
    "growth": ["at 42 events"],
    "rebuild-growth": ["at 42 events"],
    "submit": ["js_publish"],
}


START = [
    {"first build": "all", "events": 42},
    *({"memory": f"{process}, catching up", "events": 42} for process in ("all", "goals")),
    *({"restart": "to ready", "events": events} for events in (0, 42)),
    *({"memory": "all, at rest", "events": events} for events in (0, 42)),
    {"memory": "goals, at rest", "events": 42},
    *(
        {"request": request, "events": 42}
        for request in ("goal", "goals", "caseload", "reviews", "plan", "history", "audit", "fhir")
    ),
    *({"rows of": view, "events": 42, "database": "sqlite"} for view in ("v_caseload", "v_goal_current")),
]
AGAINST = ("http", "memory", "proof")
_FIGURES = {"of", "first build", "memory", "restart", "rows of"}
_OTHER_BUILD = "build other"
_RATES = ("tree", "catching up", "checking an export")


@pytest.fixture(scope="module")
def other_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same build once more, in a folder of another name with an interpreter of its own."""
    folder = tmp_path_factory.mktemp("house") / "other"
    folder.mkdir()
    for package in ("bench", "events", "projections", "services"):
        (folder / package).symlink_to(HOUSE / package)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    return folder


@pytest.fixture(scope="module", params=sorted(TINY))
def result(request: pytest.FixtureRequest, other_build: Path) -> dict[str, Any]:
    name = request.param
    against = ("--against", str(other_build)) if name in AGAINST else ()
    arguments = [name, *TINY[name], *against, "--runs", "1", "--json"]
    said = CliRunner().invoke(bench, arguments, catch_exceptions=False)
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
            {"request": request, **asked}
            for request in ("goal", "goals", "caseload", "reviews", "plan", "history", "audit", "fhir")
            for asked in ({"each": "for the first time"}, {"connections": 1}, {"connections": 3})
        ]
        + [
            {"request": request, "entries": entries, **figure}
            for request in ("one goal", "a patient's goals")
            for entries in (2, 7)
            for figure in ({}, {"of": "answer"})
        ]
        + [{"request": "submit", "connections": connections} for connections in (1, 3)],
        "whole": [
            {**load, **span} for load in ({"submitted": "50/s"}, {"clients": 3}) for span in ({}, {"until": "visible"})
        ],
        "start": START,
        "lag": [
            {"from": "outcome", "to": "announced", "submitted": "100/s"},
            {"from": "submission", "to": "announced", "submitted": "100/s"},
            {"from": "outcome", "to": "read over HTTP", "submitted": "100/s"},
        ],
        "proof": [
            {"what": "tree", "leaves": 300},
            {"what": "catching up", "events": 42},
            *({"what": "one proof", "leaves": 600, **figure} for figure in ({}, {"of": "hashes"}, {"of": "tiles"})),
            {"what": "checking an export", "events": 1050},
            {"what": "submissions", "clients": 3},
        ],
    }
    found_cases = [case["case"] for case in result["cases"] if _is_sure(result["benchmark"], case["case"])]
    assert found_cases == cases[result["benchmark"]]
    for case in result["cases"]:
        assert [run["rate"] for run in case["runs"]] == [case["median"]]


def _is_sure(benchmark: str, case: dict[str, Any]) -> bool:
    """Whether it is there whatever processes an installation has."""
    return benchmark != "start" or case.get("memory", "all").startswith(("all", "goals"))


def test_gives_percentiles_where_it_is_about_latency(result: dict[str, Any]) -> None:
    for case in result["cases"]:
        about = case["case"]
        if (
            result["benchmark"] in ("memory", "rebuild", "rebuild-growth")
            or set(about) & _FIGURES
            or about.get("what") in _RATES
        ):
            assert case["latency_ms"] is None
        else:
            assert set(case["latency_ms"]) == {"p50", "p95", "p99"}


def test_measures_the_peers_in_the_same_run(result: dict[str, Any]) -> None:
    for case in result["cases"]:
        assert [peer["name"] for peer in case["peers"]] == _peers(result["benchmark"], case["case"])
        assert all(peer["ratio"] > 0 and len(peer["runs"]) == 1 for peer in case["peers"])


def _peers(benchmark: str, case: dict[str, Any]) -> list[str]:
    if benchmark == "whole" and "clients" in case:
        return ["at 50/s"] if "until" in case else ["js_publish"]
    if benchmark == "http":
        more = ["at 2 entries"] if case.get("entries") == 7 else []
        if "connections" in case:
            more = ["over NATS"] if case["request"] == "submit" else ["bare_route"]
        return [_OTHER_BUILD, *more]
    if benchmark == "start":
        smaller = (0, 42) if "at rest" in case.get("memory", "") or "restart" in case else (42,)
        reference = ["v_goal_current"] if case.get("rows of") == "v_caseload" else []
        return [*(f"at {events} events" for events in smaller if events < case["events"]), *reference]
    if benchmark == "proof":
        beside = {
            "tree": ["hashlib"],
            "catching up": ["following", f"{_OTHER_BUILD}, following"],
            "checking an export": [],
            "submissions": ["without a notary"],
        }
        return beside.get(case["what"], ["among 300"])
    return [_OTHER_BUILD] if benchmark in AGAINST else PEERS.get(benchmark, [])


def test_compares_percentiles_where_both_have_some(result: dict[str, Any]) -> None:
    for case in result["cases"]:
        for peer in case["peers"]:
            assert (peer["latency_ratio"] is None) == (case["latency_ms"] is None or peer["latency_ms"] is None)


def test_names_who_could_not_take_part(result: dict[str, Any]) -> None:
    absent = [each["name"] for each in result.get("unavailable", [])]
    assert absent == {"http": ["datasette"], "rebuild": ["eventsourcing_projection"], "proof": ["aics-tlog"]}.get(
        result["benchmark"], []
    )


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


def test_pages_are_measured_on_a_clinic_of_their_own() -> None:
    clinic = ("--request", "audit-page", "--patients", "2", "--events", "60", "--connections", "1")
    arguments = ["http", *clinic, "--count", "4", "--entries", "2", "--runs", "1", "--json"]

    said = CliRunner().invoke(bench, arguments, catch_exceptions=False)

    assert said.exit_code == 0, said.output
    page, *_ = json.loads(said.stdout)["cases"]
    assert page["case"] == {"request": "audit-page", "connections": 1}
    assert page["latency_ms"].keys() == {"p50", "p95", "p99"}
    assert page["peers"] == []
