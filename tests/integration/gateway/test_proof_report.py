"""How the proof of the log is doing: in the report for operators, and for Prometheus."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from events.log.stream import STREAM
from services.administration.notary_act import NotaryAct
from services.embedded_server import EmbeddedServer
from services.gateway import notaries, proof_report
from services.notary.requests import WitnessStatus
from tests.fake_notary import ORIGIN, FakeNotary
from tests.integration.gateway.alone import Alone, alone

REASON = "the log has 5 events, and 9 were signed before"


@pytest.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    folder = tmp_path_factory.mktemp("report")
    server = EmbeddedServer(folder / "nats", sync_always=False)
    await server.start()
    async with alone(server, folder) as place:
        await place.record("g1")
        await place.build()
        yield place
    await server.stop()


@pytest.fixture(autouse=True)
def asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notaries, "STATUS_SECONDS", -1)


@pytest.fixture
async def client(here: Alone) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


@pytest.fixture
async def notary(here: Alone, tmp_path: Path) -> AsyncIterator[FakeNotary]:
    """One that has signed everything, with a witness."""
    async with FakeNotary(here.nc, STREAM, tmp_path, witnessed=True) as notary:
        await notary.add_log(here.log)
        notary.sign()
        yield notary


def says(notary: FakeNotary, **fields: object) -> None:
    notary.status = notary.status.model_copy(update=fields)


async def report(client: httpx.AsyncClient) -> tuple[Any, list[tuple[str, str]]]:  # Any: JSON as it was answered
    """What is told of the one stream, and what asks for somebody because of its proof, or before everything else."""
    told = (await client.get("/v1/operations")).json()
    (proof,) = told["proof"]
    troubles = [(each["code"], each["about"]) for each in told["troubles"]]
    return proof, [each for each in troubles if each[0].startswith("proof.") or each == troubles[0]]


def of_proof(troubles: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [each for each in troubles if each[0].startswith("proof.")]


async def test_a_log_without_a_notary_is_no_trouble(client: httpx.AsyncClient) -> None:
    proof, troubles = await report(client)

    assert (proof["state"], proof["size"], proof["witnesses"]) == ("none", None, [])
    assert of_proof(troubles) == []
    assert "cairn_notary_stopped{" not in (await client.get("/metrics")).text


async def test_what_is_signed_and_witnessed_is_told(client: httpx.AsyncClient, notary: FakeNotary) -> None:
    proof, troubles = await report(client)

    assert (proof["state"], proof["origin"], proof["behind_seconds"]) == ("signing", ORIGIN, 0)
    assert proof["published_size"] == proof["size"] == notary.size
    assert [each["cosigned_size"] for each in proof["witnesses"]] == [notary.size]
    assert of_proof(troubles) == []


async def test_prometheus_is_told_by_stream_and_by_no_other_name(client: httpx.AsyncClient, notary: FakeNotary) -> None:
    says(notary, audited_at=datetime.now(UTC) - timedelta(hours=1), audit_wrong=2)

    shown = (await client.get("/metrics")).text

    of_stream = f'{{stream="{STREAM}"}}'
    for name, value in (("signed_size", notary.size), ("log_head", notary.size), ("stopped", 0), ("audit_wrong", 2)):
        assert f"cairn_notary_{name}{of_stream} {float(value)}" in shown
    ages = {
        line.split()[0]: float(line.split()[1])
        for line in shown.splitlines()
        if line.startswith("cairn_notary_") and "_age_seconds{" in line
    }
    assert ages[f"cairn_notary_audited_age_seconds{of_stream}"] >= 3600
    assert 0 <= ages[f"cairn_notary_witnessed_age_seconds{of_stream}"] < 3600


async def test_that_signing_has_stopped_comes_before_everything_else(
    client: httpx.AsyncClient, notary: FakeNotary
) -> None:
    ready = await client.get("/readyz")
    says(notary, stopped=REASON, stopped_at=datetime.now(UTC))

    proof, troubles = await report(client)
    page = await client.get("/operations")

    assert (proof["state"], proof["stopped"]) == ("stopped", REASON)
    assert troubles[0] == ("proof.stopped", STREAM)
    assert page.text.index("STOPPED: the notary signs nothing any more.") < page.text.index('<h2 id="pr">')
    assert REASON in page.text
    assert f'cairn_notary_stopped{{stream="{STREAM}"}} 1.0' in (await client.get("/metrics")).text
    assert (await client.get("/readyz")).status_code == ready.status_code


async def test_the_newest_acts_are_told_and_shown(client: httpx.AsyncClient, notary: FakeNotary) -> None:
    at = datetime(2026, 11, 28, 18, 29, tzinfo=UTC)
    more = proof_report.ACTS_TOLD + 1
    notary.acts = tuple(
        NotaryAct(kind="rotation_begun", origin=ORIGIN, at=at, by=f"op-{number}", reason="It was due.")
        for number in range(more)
    )

    proof, _ = await report(client)
    page = (await client.get("/operations")).text

    newest = [f"op-{number}" for number in reversed(range(1, more))]
    assert [(each["by"], each["reason"]) for each in proof["acts"]] == [(who, "It was due.") for who in newest]
    places = [page.index(f"a new key began to sign beside the old one, by {who}") for who in newest]
    assert places == sorted(places)
    assert "by op-0" not in page


async def test_a_notary_that_answered_before_is_missed(here: Alone, client: httpx.AsyncClient, tmp_path: Path) -> None:
    async with FakeNotary(here.nc, STREAM, tmp_path):
        await client.get("/v1/operations")

    proof, troubles = await report(client)

    assert (proof["state"], proof["acts"]) == ("silent", None)
    assert of_proof(troubles) == [("proof.silent", STREAM)]


async def test_what_waits_to_be_signed_for_long_is_counted(
    here: Alone, client: httpx.AsyncClient, notary: FakeNotary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof_report, "BEHIND_SECONDS", -1)
    position = await here.record("g-behind")
    says(notary, log_head=position)

    (trouble,) = [
        each for each in (await client.get("/v1/operations")).json()["troubles"] if each["code"].startswith("proof.")
    ]

    assert (trouble["code"], trouble["about"]) == ("proof.behind", STREAM)
    assert trouble["events"] == position - notary.size
    assert trouble["seconds"] >= 0
    says(notary, size=position, log_head=position)
    assert of_proof((await report(client))[1]) == [("proof.unpublished", STREAM)]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"audit_wrong": 1}, [("proof.altered", STREAM)]),
        ({"policy_trouble": "line 3 of the policy is not understood"}, [("proof.policy", STREAM)]),
        ({"waiting": "Not enough witnesses have said yet what they have."}, [("proof.waiting", STREAM)]),
        ({"witnessed_at": None}, [("proof.unwitnessed", STREAM)]),
        ({"witnessed_at": datetime.now(UTC) - timedelta(hours=1)}, [("proof.unwitnessed", STREAM)]),
        ({"witnessed_at": None, "quorum": "none"}, []),
        ({"witnesses": (WitnessStatus(name="beta", trouble="It is silent."),)}, [("proof.witness", "beta")]),
    ],
)
async def test_what_asks_for_somebody_is_told(
    here: Alone,
    client: httpx.AsyncClient,
    notary: FakeNotary,
    fields: dict[str, object],
    found: list[tuple[str, str]],
) -> None:
    says(notary, **fields)

    assert of_proof((await report(client))[1]) == found
