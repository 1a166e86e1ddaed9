"""The proofs of one event and of a goal's events over HTTP and NATS, and for whom they are."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from events.leaf import leaf_of
from events.log.stream import STREAM
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.merkle import leaf_hash, proves_inclusion
from events.transparency.notes import parse_note
from events.transparency.proof_files import parse_proof
from services.access.principal import Principal, Role
from services.embedded_server import EmbeddedServer
from services.gateway import notaries
from services.notary.requests import Ask, AskProofs, NotaryRefusal
from tests.access import access_records
from tests.fake_notary import FakeNotary
from tests.integration.gateway.alone import ORG, Alone, alone
from tests.tokens import bearing

EVENTS = f"/v1/orgs/{ORG}/events"
GOAL = f"/v1/orgs/{ORG}/patients/p-g2/goals/g2"


@pytest.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    folder = tmp_path_factory.mktemp("proofs")
    server = EmbeddedServer(folder / "nats", sync_always=False)
    await server.start()
    async with alone(server, folder) as place:
        await place.record("g1", "g2")
        yield place
    await server.stop()


@pytest.fixture
async def notary(here: Alone, tmp_path: Path) -> AsyncIterator[FakeNotary]:
    """One that has signed everything."""
    await here.build()
    async with FakeNotary(here.nc, STREAM, tmp_path) as notary:
        await notary.add_log(here.log)
        notary.sign()
        yield notary


@pytest.fixture
async def client(here: Alone, notary: FakeNotary) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


async def position_of(client: httpx.AsyncClient, goal: str = "g2") -> int:
    """The position of the last event of a goal."""
    told = await client.get(f"/v1/orgs/{ORG}/audit", params={"patient": f"p-{goal}", "order": "newest"})
    found: int = told.json()["items"][0]["position"]
    return found


def who(role: Role, **more: Any) -> dict[str, str]:  # Any: fields of a principal
    patient = "p-g2" if role == "patient" else None
    return bearing(
        Principal(id="x", kind="person", roles=frozenset({role}), orgs=frozenset({ORG}), patient=patient, **more)
    )


async def test_an_events_proof_is_a_file_that_other_software_reads(
    here: Alone, client: httpx.AsyncClient, notary: FakeNotary
) -> None:
    position = await position_of(client)
    raw = await here.log.raw_at(position)

    answer = await client.get(f"{EVENTS}/{position}/proof")

    assert raw is not None
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{ORG}-{position}.tlog-proof"'
    proof = parse_proof(answer.content)
    opened_checkpoint(proof.note, notary.key)
    assert proof.index == position - 1
    assert proof.proves(leaf_hash(leaf_of(raw)))


async def test_the_proofs_of_a_goal_are_all_against_one_checkpoint(
    here: Alone, client: httpx.AsyncClient, notary: FakeNotary
) -> None:
    history = (await client.get(f"{GOAL}/history")).json()["items"]

    told = (await client.get(f"{GOAL}/proof")).json()

    checkpoint = opened_checkpoint(parse_note(told["checkpoint"].encode()), notary.key)
    assert [(each["position"], each["version"]) for each in told["items"]] == [
        (each["position"], each["version"]) for each in history
    ]
    for each in told["items"]:
        raw = await here.log.raw_at(each["position"])
        leaf = base64.b64decode(each["leaf"])
        hashes = [base64.b64decode(hashed) for hashed in each["hashes"]]
        assert raw is not None
        assert leaf == leaf_of(raw)
        assert proves_inclusion(each["index"], checkpoint.size, leaf_hash(leaf), hashes, checkpoint.root)


async def test_they_come_in_pages(client: httpx.AsyncClient) -> None:
    whole = (await client.get(f"{GOAL}/proof")).json()["items"]

    first = (await client.get(f"{GOAL}/proof", params={"limit": 2})).json()
    rest = (await client.get(f"{GOAL}/proof", params={"cursor": first["next"]})).json()

    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None


async def test_what_no_checkpoint_has_yet_is_listed_without_a_proof(
    here: Alone, client: httpx.AsyncClient, notary: FakeNotary
) -> None:
    position = await here.record("g3")
    await here.build()

    refused = await client.get(f"{EVENTS}/{position}/proof")
    told = (await client.get(f"/v1/orgs/{ORG}/patients/p-g3/goals/g3/proof")).json()

    assert (refused.status_code, refused.json()["code"]) == (503, "proof.not_yet")
    assert refused.headers["retry-after"]
    assert told["items"]
    assert all(each["hashes"] is None and each["leaf"] for each in told["items"])

    await notary.add_log(here.log)
    notary.sign()
    assert (await client.get(f"{EVENTS}/{position}/proof")).status_code == 200


async def test_before_the_first_checkpoint_nothing_is_proven(here: Alone, tmp_path: Path) -> None:
    await here.build()
    async with FakeNotary(here.nc, STREAM, tmp_path), here.gateway() as client:
        told = (await client.get(f"{GOAL}/proof")).json()

    assert told["checkpoint"] is None
    assert all(each["hashes"] is None for each in told["items"])


async def test_once_signing_has_stopped_it_is_said_with_the_reason(
    here: Alone, client: httpx.AsyncClient, notary: FakeNotary
) -> None:
    old = await position_of(client)
    reason = "the tree has 5 leaves, and one with 9 was signed before"
    notary.status = notary.status.model_copy(update={"stopped": reason})
    position = await here.record("g4")
    await here.build()

    refused = await client.get(f"{EVENTS}/{position}/proof")
    told = (await client.get(f"/v1/orgs/{ORG}/patients/p-g4/goals/g4/proof")).json()

    assert (refused.status_code, refused.json()["code"]) == (500, "proof.stopped")
    assert reason in refused.json()["detail"]
    assert told["stopped"] == reason
    assert (await client.get(f"{EVENTS}/{old}/proof")).status_code == 200


async def test_where_it_has_stopped_and_its_tiles_are_older_a_goal_is_proven_as_far_as_they_lead(
    here: Alone, client: httpx.AsyncClient, notary: FakeNotary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notary of a machine that was put back: what is published is newer than what it can prove against."""
    proven = (await client.get(f"{GOAL}/proof")).json()
    older, provable, whole = proven["checkpoint"], notary.size, notary._of_the_tree
    await here.record("g5")
    await here.build()
    await notary.add_log(here.log)
    notary.sign()

    def of_older_tiles(asked: Ask, note: str) -> BaseModel:
        if not isinstance(asked, AskProofs):
            return whole(asked, note)
        if max(asked.positions) > provable:
            return NotaryRefusal(code="proof.stopped", detail="The notary has stopped signing.")
        return whole(asked.model_copy(update={"size": provable}), older)

    monkeypatch.setattr(notary, "_of_the_tree", of_older_tiles)
    told = (await client.get(f"/v1/orgs/{ORG}/patients/p-g5/goals/g5/proof")).json()
    assert told["items"]
    assert (told["checkpoint"], {each["hashes"] for each in told["items"]}) == (older, {None})
    assert (await client.get(f"{GOAL}/proof")).json()["items"] == proven["items"]


async def test_without_a_notary_there_is_no_proof(here: Alone) -> None:
    await here.build()
    async with here.gateway() as client:
        answers = [await client.get(path) for path in (f"{EVENTS}/1/proof", f"{GOAL}/proof")]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(503, "proof.unavailable")] * 2


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{EVENTS}/0/proof", "event.unknown"),
        (f"{EVENTS}/1000000/proof", "event.unknown"),
        ("/v1/orgs/elsewhere/events/1/proof", "event.unknown"),
        (f"{EVENTS}/1/proof?patient=p-g2", "event.unknown"),
        (f"/v1/orgs/{ORG}/patients/p-g1/goals/nothing/proof", "goal.unknown"),
    ],
)
async def test_of_what_is_not_there_is_no_proof(client: httpx.AsyncClient, path: str, code: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, code)


class TestForWhom:
    """Whoever may read an event may have its proof."""

    @pytest.mark.parametrize("role", ["clinician", "supervisor", "auditor", "system"])
    async def test_staff_have_all(self, client: httpx.AsyncClient, role: Role) -> None:
        for path in (f"{EVENTS}/1/proof", f"{GOAL}/proof"):
            assert (await client.get(path, headers=who(role))).status_code == 200

    async def test_a_dashboard_without_words_has_them_and_they_have_none(self, client: httpx.AsyncClient) -> None:
        headers = who("dashboard", words=False)

        refused = await client.get(f"{GOAL}/history", headers=headers)
        answer = await client.get(f"{GOAL}/proof", headers=headers)

        assert (refused.status_code, answer.status_code) == (403, 200)

    async def test_a_patient_has_their_own(self, client: httpx.AsyncClient) -> None:
        own = await position_of(client)
        headers = who("patient")

        assert (await client.get(f"{GOAL}/proof", headers=headers)).status_code == 200
        assert (await client.get(f"{EVENTS}/{own}/proof?patient=p-g2", headers=headers)).status_code == 200
        for path in (f"{EVENTS}/{own}/proof", f"{EVENTS}/1/proof?patient=p-g1"):
            assert (await client.get(path, headers=headers)).status_code == 403
        assert (await client.get(f"{EVENTS}/1/proof?patient=p-g2", headers=headers)).status_code == 404

    async def test_the_family_needs_a_consent_and_an_operator_has_none(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{GOAL}/proof", headers=who("family"))).status_code == 404
        assert (await client.get(f"{GOAL}/proof", headers=who("operator"))).status_code == 403


async def test_a_proof_is_a_reading_that_is_recorded(here: Alone, client: httpx.AsyncClient) -> None:
    before = len(await access_records(here.nc))

    await client.get(f"{EVENTS}/1/proof")

    [record] = (await access_records(here.nc))[before:]
    assert (record.patients, record.reading, record.operation) == (("p-g1",), "proof", "proof_of_event")


async def test_the_same_proofs_are_read_over_nats(here: Alone, client: httpx.AsyncClient) -> None:
    over_http = [await client.get(path) for path in (f"{EVENTS}/1/proof", f"{GOAL}/proof")]

    async with here.reads_over_nats():
        for path, told in zip((f"{EVENTS}/1/proof", f"{GOAL}/proof"), over_http, strict=True):
            reply = await here.nc.request("cairn.read", path.encode(), timeout=20)

            assert reply.headers is not None
            assert (reply.headers["status"], reply.data) == ("200", told.content)
            assert reply.headers["content-type"] == told.headers["content-type"]


async def test_how_the_notary_is_is_asked_once_for_all_who_want_to_know(
    client: httpx.AsyncClient, notary: FakeNotary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notaries, "STATUS_SECONDS", 600)
    for _ in range(5):
        await client.get("/tlog/7f3k2m9q-1/status")

    assert notary.asked["status"] == 1
