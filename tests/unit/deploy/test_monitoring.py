"""Prometheus and Grafana are asked for what the gateway counts, and for nothing else."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events.codes import CODES
from projections.catalog import NAMES
from services.gateway.metrics import Metrics
from services.gateway.notaries import NotaryState
from services.gateway.readiness import StreamHealth
from services.notary.requests import NotaryStatus
from tests.unit.gateway.statuses import status

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = (DEPLOY / "prometheus" / "cairn.rules.yml").read_text()
DASHBOARD = json.loads((DEPLOY / "grafana" / "cairn.json").read_text())
EXPRESSIONS = [RULES, *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])]


@pytest.fixture(scope="module")
def exposed() -> dict[str, set[str]]:
    """The name of every series that the gateway shows, with its labels."""
    metrics = Metrics()
    metrics.answered("POST", "/v1/events", 201, 0.01)
    metrics._submissions.labels("recorded").inc()
    streams = {"CAIRN_LOG": StreamHealth(missing=0, fit=True, replaced=False, answering=True)}
    at = datetime.now(UTC) - timedelta(hours=1)
    signing = NotaryStatus(
        origin="a", stream="CAIRN_LOG", size=1, signed_at=at, witnessed_at=at, audited_at=at, audit_wrong=0
    )
    notaries = {"CAIRN_LOG": NotaryState(signing, is_missed=False)}
    text = metrics.exposition([status(name, building={"position": 1}) for name in NAMES], streams, notaries).decode()
    series: dict[str, set[str]] = {}
    for name, labels in re.findall(r"^(cairn_\w+?)(?:\{(.*)\})? [\d.e+]+$", text, re.MULTILINE):
        series.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))
    return series


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_every_series_exists(expression: str, exposed: dict[str, set[str]]) -> None:
    asked = set(re.findall(r"\bcairn_\w+", expression))
    assert asked
    assert asked <= exposed.keys()


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_every_label_exists_on_its_series(expression: str, exposed: dict[str, set[str]]) -> None:
    for name, selector in re.findall(r"\b(cairn_\w+)\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)\s*=", selector)) <= exposed[name]
    for grouping in re.findall(r"\bby \(([^)]*)\)", expression):
        assert set(grouping.split(", ")) <= set().union(*exposed.values())


def test_the_outcomes_that_raise_an_alert_exist() -> None:
    asked = re.findall(r'outcome=~?"([^"]+)"', RULES)
    assert {code for each in asked for code in each.split("|")} <= {*CODES, "recorded", "duplicate"}


def test_every_alert_says_what_is_wrong() -> None:
    assert RULES.count("- alert:") == RULES.count("summary:") == RULES.count("expr:")


def test_the_panels_do_not_overlap() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
