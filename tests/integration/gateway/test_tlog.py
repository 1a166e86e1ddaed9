"""The files of the transparency log over HTTP: what other software reads, and who may read what."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from events.identity import GoalId
from events.leaf import leaf_of
from events.log import Append
from events.log.stream import STREAM
from events.transparency.checkpoints import checkpoint_of, opened_checkpoint
from events.transparency.keys import strict_base64
from events.transparency.merkle import leaf_hash, proves_consistency, proves_inclusion
from events.transparency.notes import parse_note
from events.transparency.proving import inclusion_proof
from events.transparency.tiles import SubtreesFromTiles, Tile, width_at
from services.access.principal import Principal, Role
from services.embedded_server import EmbeddedServer
from tests.builders import active_goal
from tests.fake_notary import FakeNotary
from tests.integration.gateway.alone import ORG, Alone, alone
from tests.tokens import bearing

LOG = "/tlog/7f3k2m9q-1"
OTHER = "elsewhere"


@pytest.fixture(scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Alone]:
    """More events than a tile has hashes, of one organisation."""
    folder = tmp_path_factory.mktemp("tlog")
    server = EmbeddedServer(folder / "nats", sync_always=False)
    await server.start()
    async with alone(server, folder) as place:
        numbers = count()
        while await place.log.head() < 270:
            await place.record(*(f"g{next(numbers)}" for _ in range(10)))
        await place.build()
        yield place
    await server.stop()


@pytest.fixture(scope="module")
async def notary(here: Alone, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FakeNotary]:
    async with FakeNotary(here.nc, STREAM, tmp_path_factory.mktemp("tiles")) as notary:
        await notary.add_log(here.log)
        notary.sign()
        yield notary


@pytest.fixture(scope="module")
async def client(here: Alone, notary: FakeNotary) -> AsyncIterator[httpx.AsyncClient]:
    async with here.gateway() as client:
        yield client


def who(*roles: Role, orgs: frozenset[str] = frozenset({ORG})) -> dict[str, str]:
    patient = "p-g1" if "patient" in roles else None
    return bearing(Principal(id="somebody", kind="person", roles=frozenset(roles), orgs=orgs, patient=patient))


async def test_a_stranger_proves_an_event_from_the_checkpoint_and_the_tiles(
    here: Alone, notary: FakeNotary, client: httpx.AsyncClient
) -> None:
    answer = await client.get(f"{LOG}/checkpoint")
    checkpoint = opened_checkpoint(parse_note(answer.content), notary.key)
    tiles = {}
    for level, number in ((0, 0), (0, 1), (1, 0)):
        address = Tile(level, number, width_at(level, number, checkpoint.size)).address
        tiles[level, number] = (await client.get(f"{LOG}/tile/{address}")).content
    read = SubtreesFromTiles(lambda level, number: tiles[level, number])
    raw = await here.log.raw_at(260)

    assert raw is not None
    proof = inclusion_proof(259, checkpoint.size, read)
    assert proves_inclusion(259, checkpoint.size, leaf_hash(leaf_of(raw)), proof, checkpoint.root)


async def test_a_checkpoint_is_asked_for_anew_and_a_tile_is_kept_by_its_reader_alone(
    client: httpx.AsyncClient,
) -> None:
    checkpoint, tile = [await client.get(f"{LOG}/{path}") for path in ("checkpoint", "tile/0/000")]

    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["cache-control"] == "no-cache"
    assert tile.headers["content-type"] == "application/octet-stream"
    assert tile.headers["cache-control"] == "private, max-age=604800, immutable"
    assert len(tile.content) == 256 * 32


async def test_of_a_tile_at_the_right_edge_each_width_that_was_needed_is_served(client: httpx.AsyncClient) -> None:
    whole = (await client.get(f"{LOG}/tile/0/001.p/14")).content
    less = (await client.get(f"{LOG}/tile/0/001.p/3")).content

    assert (len(whole), len(less)) == (14 * 32, 3 * 32)
    assert whole.startswith(less)


@pytest.mark.parametrize(
    "address",
    [
        *("0/001", "0/002", "0/001.p/200", "1/001.p/1", "2/000.p/1", "64/000", "00/000", "0/0", "0/x000/000"),
        *("0/000.p/256", "0/000.p/0", "0/000/", "entries", "0", "0/000%2Ep/01"),
        *("0/001.p/257", "2/000.p/999", "entries/001.p/257", f"0/{'x999/' * 6}999", "entries/x999/x999/x999/999"),
    ],
)
async def test_there_is_no_other_tile(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(f"{LOG}/tile/{address}")

    assert (answer.status_code, answer.json()["code"]) in [(404, "proof.none"), (404, "http.not_found")]


async def test_what_is_proven_between_two_sizes_is_as_verify_history_takes_it(
    client: httpx.AsyncClient, notary: FakeNotary
) -> None:
    new = notary.size
    answer = await client.get(f"{LOG}/consistency", params={"old": 100, "new": new})
    hashes = [strict_base64(line) for line in answer.text.split()]

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert None not in hashes
    proof = [each for each in hashes if each is not None]
    assert proves_consistency(100, new, proof, notary.tree.root_at(100), notary.tree.root_at(new))


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"old": 2, "new": 1}, 422, "request.invalid"),
        ({"old": 1}, 422, "request.invalid"),
        ({"old": 1, "new": 1_000_000}, 404, "proof.none"),
    ],
)
async def test_what_is_no_two_sizes_of_the_log_is_refused(
    client: httpx.AsyncClient, query: dict[str, int], status: int, code: str
) -> None:
    answer = await client.get(f"{LOG}/consistency", params=query)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_log_names_its_keys_and_how_it_is(client: httpx.AsyncClient, notary: FakeNotary) -> None:
    keys = (await client.get(f"{LOG}/keys")).json()
    status = (await client.get(f"{LOG}/status")).json()

    assert [each["key"] for each in keys["keys"]] == [str(notary.key)]
    assert keys["policy"] == notary.policy
    assert (status["published_size"], status["stopped"]) == (notary.size, None)


@pytest.mark.parametrize(
    "role", ["patient", "family", "clinician", "supervisor", "auditor", "dashboard", "system", "operator"]
)
async def test_everybody_with_a_role_on_the_log_reads_what_is_about_nobody(
    client: httpx.AsyncClient, role: Role
) -> None:
    for path in ("checkpoint", "tile/0/000", "consistency?old=1&new=2", "keys", "status"):
        assert (await client.get(f"{LOG}/{path}", headers=who(role))).status_code == 200, path


async def test_without_a_token_nobody_reads_any_of_it(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{LOG}/checkpoint", headers={"authorization": ""})

    assert answer.status_code == 401


async def test_there_is_no_log_of_another_name(client: httpx.AsyncClient) -> None:
    answer = await client.get("/tlog/0000000000-1/checkpoint")

    assert (answer.status_code, answer.json()["code"]) == (404, "proof.none")


class TestLeaves:
    """The leaves say of whom each event is."""

    async def test_whoever_may_read_all_of_the_log_reads_them_and_nobody_keeps_them(
        self, here: Alone, client: httpx.AsyncClient
    ) -> None:
        raw = await here.log.raw_at(1)

        answer = await client.get(f"{LOG}/tile/entries/000", headers=who("auditor"))

        assert raw is not None
        leaf = leaf_of(raw)
        assert answer.content.startswith(len(leaf).to_bytes(2) + leaf)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "private, no-store"

    @pytest.mark.parametrize(
        "role", ["patient", "family", "clinician", "supervisor", "dashboard", "system", "operator"]
    )
    async def test_nobody_else_reads_them(self, client: httpx.AsyncClient, role: Role) -> None:
        answer = await client.get(f"{LOG}/tile/entries/000", headers=who(role))

        assert (answer.status_code, answer.json()["code"]) == (403, "access.denied")

    async def test_none_is_there_behind_the_newest_checkpoint(self, client: httpx.AsyncClient) -> None:
        for address in ("001", "002", "1", "001.p/256"):
            answer = await client.get(f"{LOG}/tile/entries/{address}")

            assert (answer.status_code, answer.json()["code"]) == (404, "proof.none"), address


async def test_an_auditor_of_some_organisations_of_a_log_does_not_read_the_leaves_of_all(
    own_server: EmbeddedServer, tmp_path: Path
) -> None:
    async with alone(own_server, tmp_path) as place, FakeNotary(place.nc, STREAM, tmp_path / "tiles") as notary:
        await place.record("g1")
        await place.log.append(Append(tuple(active_goal(GoalId(OTHER, "p1", "g1"))[:1]), 0, 0))
        await notary.add_log(place.log)
        notary.sign()
        await place.build()
        entries = f"{LOG}/tile/entries/000.p/{notary.size}"
        async with place.gateway() as client:
            of_one = await client.get(entries, headers=who("auditor"))
            of_both = await client.get(entries, headers=who("auditor", orgs=frozenset({ORG, OTHER})))
            checkpoint = await client.get(f"{LOG}/checkpoint", headers=who("auditor"))

    assert (of_one.status_code, of_one.json()["code"]) == (403, "access.denied")
    assert (of_both.status_code, checkpoint.status_code) == (200, 200)
    assert checkpoint_of(parse_note(checkpoint.content)).size == notary.size


async def test_without_a_notary_it_is_said_that_none_answers(own_server: EmbeddedServer, tmp_path: Path) -> None:
    async with alone(own_server, tmp_path) as place, place.gateway() as client:
        answer = await client.get(f"{LOG}/checkpoint")

    assert (answer.status_code, answer.json()["code"]) == (503, "proof.unavailable")
