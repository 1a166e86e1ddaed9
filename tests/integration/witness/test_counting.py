"""An organisation's witness counts what it hears, cosigns the real notary's checkpoints, and signs its statements."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from events.log import Log, connect
from events.log.client.resilient import ResilientClient
from events.transparency.checkpoints import Checkpoint
from events.transparency.notes import Note, SignatureLine, signed, signers_of
from services.gateway.feed import stream_batches
from services.notary.founding import Founded
from services.notary.publishing import SUBJECT
from services.notary.witness_answers import Cosigned, StatementRefused
from services.notary.wording import leaves
from services.witness.counting import EventCounter
from services.witness.event_count import EventCount, SeenEvent, Span
from services.witness.gateway_feed import GatewayFeed
from services.witness.records_thread import RecordsThread
from services.witness.witnessing import Witness
from tests.integration.notary.house import ORG, House
from tests.integration.witness.own_witness import OwnWitness
from tests.serving import serving
from tests.waiting import eventually
from tests.witnesses import SigningLog


async def knows(own_witness: OwnWitness, size: int) -> None:
    """Wait until the witness knows of all events from the log's beginning to a position."""

    def spans() -> bool:
        summary = own_witness.summary()
        return summary is not None and any(first == 1 and last >= size for first, last in summary.spans)

    await eventually(spans)


async def has_heard(own_witness: OwnWitness, events: int) -> None:
    """Wait until the witness has counted so many events that it heard."""

    def counted() -> bool:
        summary = own_witness.summary()
        return summary is not None and summary.heard == events

    await eventually(counted)


async def is_told_of(own_witness: OwnWitness, checkpoint: Checkpoint) -> None:
    """Wait until the witness has heard that a checkpoint was announced."""

    def heard() -> bool:
        with closing(own_witness.records()) as records:
            tree = records.tree(checkpoint.origin, checkpoint.size)
            return tree is not None and records.is_announced(checkpoint.origin)

    await eventually(heard, within=30)


def trusted(own_witness: OwnWitness, house: House) -> Founded:
    """The house's notary, which has the witness in its policy, and is trusted by it."""
    founded = house.found()
    own_witness.trust(founded.checkpoints, founded.statements)
    return founded


def write_policy(own_witness: OwnWitness, house: House) -> None:
    line = f"witness own {own_witness.key} {own_witness.url}"
    (house.folder.folder / "policy").write_text(f"{line}\nquorum own\n")


async def test_what_it_has_heard_from_the_beginning_it_vouches_for(house: House, own_witness: OwnWitness) -> None:
    trusted(own_witness, house)
    async with own_witness.serving(nats_url=house.server.url) as client:
        write_policy(own_witness, house)
        await house.is_listened_to()
        await house.write(5)
        async with house.notary():
            checkpoint = await house.published(5)
            await knows(own_witness, 5)
            await is_told_of(own_witness, checkpoint)
            statement = await house.asked.statement(ORG, checkpoint.size, {})
            line = await client.add_statement(statement, own_witness.statement_key)

            assert isinstance(line, SignatureLine)
            assert signers_of(Note(statement.text, (line,)), [own_witness.statement_key])
            assert await client.last_cosigned(checkpoint.origin) == checkpoint

            await house.write(1)
            await house.published(6)
            await knows(own_witness, 6)
            old = await client.add_statement(statement, own_witness.statement_key)
            assert old == line, "what was said of five events stays true"


async def test_what_it_has_missed_it_does_not_vouch_for_until_the_gateway_tells_it(
    house: House, own_witness: OwnWitness, tmp_path: Path
) -> None:
    trusted(own_witness, house)
    await house.write(4)
    token = tmp_path / "token"
    token.write_text("a token\n")
    async with own_witness.serving(nats_url=house.server.url) as client:
        write_policy(own_witness, house)
        await house.is_listened_to()
        async with house.notary():
            await house.write(1)
            checkpoint = await house.published(5)
            await is_told_of(own_witness, checkpoint)
            statement = await house.asked.statement(ORG, checkpoint.size, {})
            refused = await client.add_statement(statement, own_witness.statement_key)
            assert isinstance(refused, StatementRefused)
            assert refused.code == "statement.incomplete"
            await has_heard(own_witness, 1)

    async with (
        gateway_of(house.log) as url,
        own_witness.serving(nats_url=house.server.url, witness_gateway_url=url, witness_token_file=token) as client,
    ):
        write_policy(own_witness, house)
        await knows(own_witness, 5)
        line = await client.add_statement(statement, own_witness.statement_key)
        assert isinstance(line, SignatureLine)
    summary = own_witness.summary()
    assert summary is not None
    assert (summary.heard, summary.told, summary.spans) == (1, 4, [Span(1, 5)])


async def test_what_comes_while_the_connection_is_lost_is_told_by_the_gateway(
    house: House, own_witness: OwnWitness, tmp_path: Path
) -> None:
    trusted(own_witness, house)
    token = tmp_path / "token"
    token.write_text("a token\n")
    async with (
        gateway_of(house.log) as url,
        own_witness.serving(nats_url=house.server.url, witness_gateway_url=url, witness_token_file=token),
    ):
        await house.write(3)
        await knows(own_witness, 3)
        await house.server.stop()
        await house.server.start()
        await eventually(lambda: house.nc.is_connected)
        await house.write(3)
        await knows(own_witness, 6)


async def test_what_was_heard_before_the_connection_was_lost_ends_nothing_that_the_gateway_tells(
    house: House, own_witness: OwnWitness
) -> None:
    await house.write(3)
    gateway = Telling(behind=3, events=3)
    async with counting(house, own_witness, gateway) as nc:
        await house.is_listened_to()
        await house.write(1)
        await has_heard(own_witness, 1)
        await knows(own_witness, 4)
        gateway.has_come.set()
        nc.stats["reconnects"] += 1
        await knows(own_witness, 7)


class Telling(GatewayFeed):
    """A gateway that tells what is behind what is heard, and once they have come, some events that nobody heard."""

    def __init__(self, behind: int, events: int):
        self.has_come = asyncio.Event()
        self._now, self._later = behind, behind + 1 + events

    async def past(self, org: str, after: int) -> AsyncGenerator[SeenEvent | None, None]:
        """As the feed tells them."""
        for position in range(after + 1, 1 + (self._later if self.has_come.is_set() else self._now)):
            yield SeenEvent(position, f"pt-{position - 1}", "plan", 0, is_heard=False)
        while True:
            yield None


@asynccontextmanager
async def counting(house: House, own_witness: OwnWitness, gateway: GatewayFeed) -> AsyncIterator[ResilientClient]:
    """The counting alone, over a connection of its own, which is given."""
    thread, nc = RecordsThread(), await connect(house.server.url, name="witness")
    with closing(own_witness.records()) as records:
        witness = Witness(records, own_witness.folder.cosignature_key(), lambda: 0)
        counter = EventCounter(nc, EventCount(records, ORG, 0), witness, thread, gateway)
        task = asyncio.create_task(counter.run())
        try:
            yield nc
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await nc.close()
            thread.close()


async def test_it_cosigns_while_nats_is_away_and_counts_once_it_is_there(
    house: House, own_witness: OwnWitness, tmp_path: Path
) -> None:
    log = SigningLog(tmp_path / "log")
    note = log.grow(3)
    own_witness.trust(log.key.verifier)
    await house.server.stop()
    async with own_witness.serving(nats_url=house.server.url) as client:
        assert isinstance(await client.add_checkpoint(0, [], note), Cosigned)
        await house.server.start()
        await eventually(lambda: house.nc.is_connected)

        async def counts() -> bool:
            await house.write(1)
            summary = own_witness.summary()
            return summary is not None and summary.heard > 0

        await eventually(counts)


async def test_two_histories_are_found_where_the_organisation_is_shown_another(
    house: House, own_witness: OwnWitness
) -> None:
    trusted(own_witness, house)
    async with own_witness.serving(nats_url=house.server.url):
        write_policy(own_witness, house)
        await house.is_listened_to()
        await house.write(1)
        async with house.notary():
            checkpoint = await house.published(await house.log.head())
        await is_told_of(own_witness, checkpoint)
        (key,) = house.folder.generation(house.folder.identity()).keys()
        another = Checkpoint(checkpoint.origin, checkpoint.size, bytes(32))
        await house.nc.publish(f"{SUBJECT}.{ORG}", str(signed(another.text, key)).encode())

        def forked() -> str | None:
            with closing(own_witness.records()) as records:
                return records.fork(checkpoint.origin)

        assert f"two trees of {leaves(checkpoint.size)}" in (await eventually(forked) or "")
    with closing(own_witness.records()) as records:
        (kept,) = records.evidence()
    assert another.text in kept.request.decode()
    assert checkpoint.text in (kept.against or "")


@asynccontextmanager
async def gateway_of(log: Log) -> AsyncIterator[str]:
    """The feed as the gateway writes it, without what the gateway asks before it answers."""

    async def feed(request: Request) -> StreamingResponse:
        assert request.headers["authorization"] == "Bearer a token"
        after, org = int(request.query_params["after"]), request.query_params["org"]
        batches = log.follow(after, subject=f"cairn.log.{org}.*.*")

        async def nothing(*_: object) -> None:
            pass

        return StreamingResponse(stream_batches(batches, closing_down, nothing, nothing, heartbeat_seconds=0.2))

    closing_down = asyncio.Event()
    app = Starlette(routes=[Route("/v1/feed", feed)])
    async with serving(app, closing_down.set) as address:
        yield address
