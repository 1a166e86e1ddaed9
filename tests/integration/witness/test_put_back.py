"""A witness whose whole folder was put back from a copy is reminded at its start of what it had signed."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from events.transparency.notes import Note
from services.notary.witness_answers import Cosigned, TryLater
from tests.integration.witness.own_witness import OwnWitness
from tests.serving import serving
from tests.witnesses import SigningLog


@asynccontextmanager
async def gateway_with(published: Note | None) -> AsyncIterator[str]:
    """A gateway that has published a checkpoint."""

    async def checkpoint(request: Request) -> PlainTextResponse:
        assert request.headers["authorization"] == "Bearer a token"
        return PlainTextResponse(str(published or ""), 404 if published is None else 200)

    app = Starlette(routes=[Route("/tlog/7f3k2m9q-1/checkpoint", checkpoint)])
    async with serving(app) as address:
        yield address


@pytest.mark.parametrize("is_published", [True, False])
async def test_before_anything_is_signed_the_gateway_is_asked(
    own_witness: OwnWitness, tmp_path: Path, *, is_published: bool
) -> None:
    log, token = SigningLog(tmp_path / "log"), tmp_path / "token"
    log.grow(20)
    token.write_text("a token\n")
    own_witness.trust(log.key.verifier)
    proof = log.tree.consistency_proof(7, 12)
    async with own_witness.serving(witness_org=None) as client:
        assert isinstance(await client.add_checkpoint(0, (), log.checkpoint(7)), Cosigned)
        shutil.copytree(own_witness.folder.folder, tmp_path / "copy")
        later = await client.add_checkpoint(7, proof, log.checkpoint(12))
        assert isinstance(later, Cosigned)
    shutil.rmtree(own_witness.folder.folder)
    shutil.copytree(tmp_path / "copy", own_witness.folder.folder)

    published = log.checkpoint(12).with_lines([later.line]) if is_published else None
    async with (
        gateway_with(published) as url,
        own_witness.serving(witness_org=None, witness_gateway_url=url, witness_token_file=token) as client,
    ):
        again = await client.add_checkpoint(7, proof, log.checkpoint(12))

    assert isinstance(again, TryLater if is_published else Cosigned)
