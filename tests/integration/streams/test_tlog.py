"""Each stream of the log has a notary and a name of its own, and is read by those whose organisations it has."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from events.log.client.resilient import ResilientClient
from events.transparency.checkpoints import checkpoint_of
from events.transparency.notes import parse_note
from projections.engine.database import open_database
from services.access.principal import Principal, Role
from services.gateway import notaries
from services.gateway.app import create_app
from services.gateway.gateway import open_gateway
from services.settings import Settings
from tests.fake_notary import FakeNotary
from tests.integration.streams.conftest import A, B
from tests.tokens import WrittenOut, asking, bearing

ORIGINS = {A: "records.clinic.example/tlog/aaaaaaaaaa-1", B: "records.clinic.example/tlog/bbbbbbbbbb-1"}


@pytest.fixture
async def client(
    nc: ResilientClient, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(notaries, "STATUS_SECONDS", -1)
    engine = open_database(f"sqlite:///{tmp_path / 'cairn.db'}")
    opened = open_gateway(nc, engine, placement=settings.placement)
    async with opened as gateway, asking(create_app(gateway, WrittenOut())) as client:
        yield client
    engine.dispose()


def notary(nc: ResilientClient, stream: str, folder: Path) -> FakeNotary:
    made = FakeNotary(nc, stream, folder / stream, origin=ORIGINS[stream])
    made.add([bytes(32)])
    made.sign()
    return made


def of(role: Role, *orgs: str) -> dict[str, str]:
    return bearing(Principal(id="x", kind="person", roles=frozenset({role}), orgs=frozenset(orgs)))


def checkpoint(stream: str) -> str:
    return f"/tlog/{ORIGINS[stream].rpartition('/')[2]}/checkpoint"


async def test_a_log_is_read_by_those_whose_organisations_it_has(
    client: httpx.AsyncClient, nc: ResilientClient, tmp_path: Path
) -> None:
    async with notary(nc, A, tmp_path), notary(nc, B, tmp_path):
        for headers, read in (
            (of("clinician", "southside"), [A]),
            (of("clinician", "riverside"), [B]),
            (of("clinician", "riverside", "northside"), [A, B]),
            (of("clinician", "nowhere"), []),
            (of("operator"), [A, B]),
        ):
            answers = {stream: await client.get(checkpoint(stream), headers=headers) for stream in (A, B)}

            assert [stream for stream, answer in answers.items() if answer.status_code == 200] == read
            for stream, answer in answers.items():
                if stream in read:
                    assert checkpoint_of(parse_note(answer.content)).origin == ORIGINS[stream]
                else:
                    assert (answer.status_code, answer.json()["code"]) == (404, "proof.none")


async def test_while_one_notary_is_silent_its_log_is_not_said_to_be_none(
    client: httpx.AsyncClient, nc: ResilientClient, tmp_path: Path
) -> None:
    async with notary(nc, A, tmp_path):
        there = await client.get(checkpoint(A))
        silent = await client.get(checkpoint(B))

    assert there.status_code == 200
    assert (silent.status_code, silent.json()["code"]) == (503, "proof.unavailable")
