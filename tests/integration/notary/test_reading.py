"""What the notary has signed, read through a gateway as a stranger's software reads it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from events.leaf import leaf_of
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.keys import strict_base64
from events.transparency.merkle import leaf_hash, proves_consistency, proves_inclusion, root_of
from events.transparency.notes import parse_note
from events.transparency.proof_files import parse_proof
from events.transparency.proving import inclusion_proof, subtrees
from events.transparency.tiles import SubtreesFromTiles, Tile, width_at
from projections.engine.database import open_database
from services.access.records.stream import declare_access
from services.notary.founding import Founded
from services.notary.requests import SUBJECT, NotaryRefusal
from services.notary.succession import Succession, succeed
from tests.integration.gateway.alone import Alone
from tests.integration.notary.house import ORG, House
from tests.waiting import eventually

EVENTS = 300


@pytest.fixture
def founded(house: House) -> Founded:
    return house.found()


@pytest.fixture
async def client(house: House, founded: Founded, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Of a gateway over a log whose events are all published."""
    await declare_access(house.nc)
    await house.write(EVENTS)
    engine = open_database(f"sqlite:///{tmp_path / 'cairn.db'}")
    here = Alone(house.nc, house.log, engine)
    await here.build("audit_trail")
    async with house.notary():
        await house.published(EVENTS)
        async with here.gateway() as client:
            yield client
    engine.dispose()


async def test_a_stranger_checks_an_event_and_that_the_log_only_grew(
    house: House, founded: Founded, client: httpx.AsyncClient
) -> None:
    log = f"/tlog/{founded.identity.origin.rpartition('/')[2]}"
    checkpoint = opened_checkpoint(parse_note((await client.get(f"{log}/checkpoint")).content), founded.checkpoints)
    raw = await house.log.raw_at(7)
    assert raw is not None
    hashed = leaf_hash(leaf_of(raw))

    proof = parse_proof((await client.get(f"/v1/orgs/{ORG}/events/7/proof")).content)
    assert opened_checkpoint(proof.note, founded.checkpoints) == checkpoint
    assert proof.proves(hashed)

    tiles = {}
    for level, number in ((0, 0), (0, 1), (1, 0)):
        address = Tile(level, number, width_at(level, number, EVENTS)).address
        tiles[level, number] = (await client.get(f"{log}/tile/{address}")).content
    read = SubtreesFromTiles(lambda level, number: tiles[level, number])
    assert proves_inclusion(6, EVENTS, hashed, inclusion_proof(6, EVENTS, read), checkpoint.root)

    answer = await client.get(f"{log}/consistency", params={"old": 10, "new": EVENTS})
    between = [each for line in answer.text.split() if (each := strict_base64(line)) is not None]
    earlier = root_of([read(each) for each in subtrees(0, 10)])
    assert proves_consistency(10, EVENTS, between, earlier, checkpoint.root)

    bundle = (await client.get(f"{log}/tile/entries/001.p/44")).content
    leaves = []
    while bundle:
        length = int.from_bytes(bundle[:2])
        leaves.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    assert b"".join(map(leaf_hash, leaves)) == tiles[0, 1]


async def test_a_request_that_is_not_understood_is_answered(house: House, founded: Founded) -> None:
    async with house.notary():
        for body in (b"", b"{}", b'{"ask":"everything"}', b'{"ask":"proofs","positions":[]}', b"\xff"):
            answer = await house.nc.request(f"{SUBJECT}.{founded.identity.stream}", body, timeout=20)
            assert NotaryRefusal.model_validate_json(answer.data).code == "request.invalid", body


async def test_a_generation_that_has_ended_can_still_be_read(
    house: House, founded: Founded, client: httpx.AsyncClient
) -> None:
    ended = f"/tlog/{founded.identity.origin.rpartition('/')[2]}"
    paths = ("checkpoint", "tile/0/000", "tile/0/001.p/44", "consistency?old=10&new=300")
    before = [(await client.get(f"{ended}/{path}")).content for path in paths]
    checkpoint = opened_checkpoint(parse_note(before[0]), founded.checkpoints)
    begun = succeed(house.folder, Succession("the key was seen", "ada", EVENTS, None), datetime.now(UTC))
    now = ended.removesuffix("1") + "2"

    async def published() -> bool:
        return (await client.get(f"{now}/checkpoint")).status_code == 200

    await eventually(published)
    after = [await client.get(f"{ended}/{path}") for path in paths]

    assert [each.content for each in after] == before
    assert (checkpoint.origin, checkpoint.size) == (founded.identity.origin, EVENTS)
    keys = (await client.get(f"{ended}/keys")).json()
    assert (keys["origin"], len(keys["successions"])) == (founded.identity.origin, 1)
    assert [each["key"] for each in keys["keys"]] == [str(founded.checkpoints), str(founded.statements)]
    assert (await client.get(f"{now}/keys")).json()["origin"] == begun.identity.origin
    for gone in ("status", "tile/entries/000", "tile/0/002", "consistency?old=10&new=301"):
        assert (await client.get(f"{ended}/{gone}")).status_code == 404, gone
    assert (await client.get(f"{ended.removesuffix('1')}3/checkpoint")).status_code == 404
