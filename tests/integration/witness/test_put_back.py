"""A witness whose whole folder was put back from a copy is reminded at its start of what it had signed."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from events.transparency.notes import Note
from services.notary.witness_answers import Cosigned, TryLater, WitnessAnswer
from services.notary.witnesses import WitnessClient
from services.witness import service
from tests.integration.witness.own_witness import OwnWitness
from tests.serving import serving
from tests.waiting import eventually
from tests.witnesses import SigningLog


@asynccontextmanager
async def gateway_with(published: Note | None, is_down: Callable[[], bool] = lambda: False) -> AsyncIterator[str]:
    """A gateway that has published a checkpoint."""

    async def checkpoint(request: Request) -> PlainTextResponse:
        assert request.headers["authorization"] == "Bearer a token"
        if is_down():
            return PlainTextResponse("", 503)
        return PlainTextResponse(str(published or ""), 404 if published is None else 200)

    app = Starlette(routes=[Route("/tlog/7f3k2m9q-1/checkpoint", checkpoint)])
    async with serving(app) as address:
        yield address


async def put_back(own_witness: OwnWitness, tmp_path: Path) -> tuple[SigningLog, Path, Cosigned]:
    """A log, a file with a token, and what the witness has cosigned and does not remember."""
    log, token = SigningLog(tmp_path / "log"), tmp_path / "token"
    log.grow(20)
    token.write_text("a token\n")
    own_witness.trust(log.key.verifier)
    async with own_witness.serving(witness_org=None) as client:
        assert isinstance(await client.add_checkpoint(0, (), log.checkpoint(7)), Cosigned)
        shutil.copytree(own_witness.folder.folder, tmp_path / "copy")
        later = await client.add_checkpoint(7, log.tree.consistency_proof(7, 12), log.checkpoint(12))
        assert isinstance(later, Cosigned)
    shutil.rmtree(own_witness.folder.folder)
    shutil.copytree(tmp_path / "copy", own_witness.folder.folder)
    return log, token, later


async def asked_again(client: WitnessClient, log: SigningLog) -> WitnessAnswer:
    return await client.add_checkpoint(7, log.tree.consistency_proof(7, 12), log.checkpoint(12))


@pytest.mark.parametrize("is_published", [True, False])
async def test_before_anything_is_signed_the_gateway_is_asked(
    own_witness: OwnWitness, tmp_path: Path, *, is_published: bool
) -> None:
    log, token, later = await put_back(own_witness, tmp_path)
    published = log.checkpoint(12).with_lines([later.line]) if is_published else None
    async with (
        gateway_with(published) as url,
        own_witness.serving(witness_org=None, witness_gateway_url=url, witness_token_file=token) as client,
    ):
        again = await asked_again(client, log)

    assert isinstance(again, TryLater if is_published else Cosigned)
    if isinstance(again, TryLater):
        assert again.said == "The records of this witness are older than its own word, so it signs nothing any more."


async def test_a_gateway_that_was_down_is_asked_until_it_tells(
    own_witness: OwnWitness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_REMIND_AGAIN_SECONDS", 0.05)
    log, token, later = await put_back(own_witness, tmp_path)
    down = True
    async with (
        gateway_with(log.checkpoint(12).with_lines([later.line]), lambda: down) as url,
        own_witness.serving(witness_org=None, witness_gateway_url=url, witness_token_file=token) as client,
    ):
        with closing(own_witness.records()) as records:
            assert records.put_back() is None
            down = False
            await eventually(lambda: records.put_back() is not None)
        assert isinstance(await asked_again(client, log), TryLater)
