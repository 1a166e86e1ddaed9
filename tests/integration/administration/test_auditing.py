"""`cairn log audit` on a log that is, or is not, what its notary has signed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from events.leaf import hole, leaf_of
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from events.transparency.checkpoints import Checkpoint
from events.transparency.merkle import leaf_hash
from events.transparency.notes import Note, parse_note
from projections.catalog import NAMES, projection_named
from projections.engine.database import open_database, writing
from projections.engine.writer import ProjectionWriter
from services.embedded_server import EmbeddedServer
from services.notary.asking import AskedNotary
from services.notary.audit_schedule import AuditSchedule, SignedTree
from services.notary.auditing import tiles_of
from services.notary.errors import Contradiction
from services.notary.stream_audit import StreamAudit, audit_stream
from tests.anew import make_anew
from tests.builders import GOAL, active_goal
from tests.decided import record_decided
from tests.doctored import allow_deletes, reword
from tests.fake_notary import ORIGIN, FakeNotary
from tests.integration.administration.conftest import EVENTS, Run
from tests.waiting import eventually

PROPOSED = 2
"""Where the patient's own words are."""


async def signed_leaves(log: Log) -> list[bytes]:
    """The hash of each leaf of the log as it is now."""
    head = await log.head()
    there = {each.position: each async for page in log.read_raw(">") for each in page}
    return [
        leaf_hash(leaf_of(there[position]) if position in there else hole(position)) for position in range(1, head + 1)
    ]


@pytest.fixture
async def notary(own: ResilientClient, own_log: Log, tmp_path: Path) -> AsyncIterator[FakeNotary]:
    """A notary that has signed the log, and whose witness has just cosigned."""
    async with FakeNotary(own, STREAM, tmp_path / "tiles", witnessed=True) as notary:
        notary.add(await signed_leaves(own_log))
        notary.sign()
        yield notary


@asynccontextmanager
async def restarted(server: EmbeddedServer, nc: ResilientClient) -> AsyncIterator[None]:
    """While the block lasts the server is stopped; behind it there is the connection again."""
    reconnects = nc.stats["reconnects"]
    await server.stop()
    yield
    await server.start()
    await eventually(lambda: nc.is_connected and nc.stats["reconnects"] > reconnects)


async def reworded(server: EmbeddedServer, nc: ResilientClient) -> None:
    """Whoever owns the disk changes what a patient said, and the server does not notice."""
    async with restarted(server, nc):
        reword(server.data_dir, STREAM, PROPOSED, b"without dread", b"without drink")


async def removed(server: EmbeddedServer, nc: ResilientClient, *positions: int) -> None:
    """Whoever owns the disk lets events be deleted, and deletes some."""
    async with restarted(server, nc):
        allow_deletes(server.data_dir, STREAM)
    for position in positions:
        await nc.jetstream().delete_msg(STREAM, position)


class TestALogAsItWasSigned:
    async def test_all_is_said_and_nothing_is_wrong(self, notary: FakeNotary, run: Run) -> None:
        audited = await run("log", "audit", "--without-projections")
        assert (audited.code, audited.err) == (0, "")
        assert f"signed up to position {EVENTS} of {EVENTS}" in audited.out
        assert f"as {ORIGIN}" in audited.out
        assert f"positions 1 to {EVENTS}" in audited.out
        assert "seconds ago" in audited.out
        assert audited.out.endswith("All is as it was signed.\n")

    async def test_log_verify_agrees(self, notary: FakeNotary, run: Run) -> None:
        assert (await run("log", "verify")).code == 0

    async def test_a_hole_that_was_signed_as_one(
        self, own_server: EmbeddedServer, own: ResilientClient, own_log: Log, run: Run, tmp_path: Path
    ) -> None:
        await removed(own_server, own, 3)
        async with FakeNotary(own, STREAM, tmp_path / "tiles") as notary:
            notary.add(await signed_leaves(own_log))
            notary.sign()
            audited = await run("log", "audit", "--without-projections", "--json")
        assert (audited.code, audited.json["streams"][0]["leaves"]["holes"]) == (0, 1)
        assert (await run("log", "verify")).code == 1, "that it is missing is wrong; that it is signed so is not"


class TestALogThatIsNotWhatWasSigned:
    async def test_a_stored_event_reworded_on_the_disk(
        self, own_server: EmbeddedServer, own: ResilientClient, notary: FakeNotary, run: Run, tmp_path: Path
    ) -> None:
        before = tmp_path / "before.json"
        before.write_text((await run("log", "verify", "--json")).out)
        await reworded(own_server, own)

        audited = await run("log", "audit", "--without-projections")
        assert audited.code == 1
        assert f"Wrong: Position {PROPOSED} of the log is not what was signed (1 changed in all)." in audited.out
        assert "All is as it was signed" not in audited.out
        assert "dread" not in audited.out + audited.err

        as_json = (await run("log", "audit", "--without-projections", "--json")).json
        leaves = as_json["streams"][0]["leaves"]
        assert (leaves["first"], leaves["changed"]) == ({"position": PROPOSED, "what": "changed"}, 1)
        assert (leaves["log_is_signed"], leaves["tiles_are_signed"]) == (False, True)

        assert (await run("log", "verify")).code == 0, "the log is consistent in itself"
        verified = await run("log", "verify", "--since", str(before), "--json")
        assert [each["kind"] for each in verified.json["findings"]] == ["changed"]

    async def test_events_that_were_removed(
        self, own_server: EmbeddedServer, own: ResilientClient, notary: FakeNotary, run: Run
    ) -> None:
        await removed(own_server, own, 4, EVENTS)
        audited = await run("log", "audit", "--without-projections")
        assert audited.code == 1
        assert "Position 4 of the log holds no event any more, and one was signed (2 gone in all)." in audited.out
        assert (await run("log", "verify")).code == 1

    async def test_a_shorter_log_in_its_place(self, own: ResilientClient, notary: FakeNotary, run: Run) -> None:
        """The very same events as far as they go, recorded again at another time."""
        await make_anew(own)
        fresh = Log(own)
        shorter = await record_decided(fresh, [*active_goal(GOAL)])
        await fresh.close()
        audited = await run("log", "audit", "--without-projections")
        assert audited.code == 1
        assert f"Position 1 of the log is not what was signed ({shorter} changed in all)." in audited.out
        assert f"The log ends at position {shorter}, and {EVENTS} positions were signed." in audited.out


class TestANotaryOfWhichSomethingIsWrong:
    async def test_it_has_stopped(self, notary: FakeNotary, run: Run) -> None:
        stopped = {
            "stopped": "the tree has 3 leaves, and one with 9 was signed before.",
            "stopped_at": datetime.now(UTC),
        }
        notary.status = notary.status.model_copy(update=stopped)
        audited = await run("log", "audit", "--without-projections")
        assert audited.code == 1
        assert "Wrong: The notary signs nothing since" in audited.out
        assert "the tree has 3 leaves" in audited.out

    async def test_it_was_not_witnessed_lately(self, notary: FakeNotary, run: Run) -> None:
        notary.sign(cosigned_at=datetime.now(UTC) - timedelta(hours=5))
        audited = await run("log", "audit", "--without-projections")
        assert audited.code == 1
        assert "Wrong: The newest checkpoint was cosigned 5 hours ago" in audited.out
        patient = await run("log", "audit", "--without-projections", "--witnessed-within", "600")
        assert patient.code == 0

    async def test_it_does_not_sign_what_is_new(
        self, own: ResilientClient, own_log: Log, notary: FakeNotary, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.notary.stream_audit.SIGNED_WITHIN_SECONDS", 0.05)
        notary.status = notary.status.model_copy(update={"size": EVENTS - 1})
        audited = await audit(own, own_log)
        assert audited.wrong == (
            f"The log goes up to position {EVENTS}, and the notary has signed {EVENTS - 1} of them.",
        )

    async def test_it_signed_two_trees_of_one_size(
        self, own: ResilientClient, own_log: Log, notary: FakeNotary
    ) -> None:
        notary.status = notary.status.model_copy(update={"root": bytes(32)})
        assert [each for each in (await audit(own, own_log)).wrong if "two trees" in each]

    async def test_its_checkpoint_is_of_another_key(
        self, own: ResilientClient, own_log: Log, notary: FakeNotary
    ) -> None:
        assert notary.note is not None
        lines = str(notary.note).replace(str(notary.tree.size), "9", 1)
        notary.note = parse_note(lines.encode())
        audited = await audit(own, own_log)
        assert audited.leaves is None
        assert "does not verify" in audited.wrong[0]

    async def test_a_checkpoint_without_its_cosignatures(
        self, own: ResilientClient, own_log: Log, notary: FakeNotary
    ) -> None:
        assert notary.note is not None
        notary.note = Note(notary.note.text, notary.note.signatures[:1])
        assert (await audit(own, own_log)).wrong == (
            "The newest checkpoint has not the cosignatures that the policy asks for.",
        )


class TestWhatCannotBeFoundOut:
    async def test_no_notary(self, own_log: Log, run: Run) -> None:
        audited = await run("log", "audit", "--without-projections")
        assert audited.code == 2
        assert "Not known: No notary answers for the stream CAIRN_LOG." in audited.out

    async def test_nothing_signed_yet(self, own: ResilientClient, own_log: Log, run: Run, tmp_path: Path) -> None:
        async with FakeNotary(own, STREAM, tmp_path / "tiles") as notary:
            notary.status = notary.status.model_copy(update={"size": EVENTS})  # what it says of itself is not believed
            audited = await run("log", "audit", "--without-projections", "--json")
        assert (audited.code, audited.json["sound"]) == (2, False)
        assert audited.json["unknown"] == ["Nothing is signed yet."]

    async def test_no_server(self, run: Run) -> None:
        audited = await run("log", "audit", "--nats-url", "nats://127.0.0.1:9")
        assert audited.code == 2
        assert "Not known: No NATS server answers" in audited.out

    async def test_no_database(self, notary: FakeNotary, run: Run, tmp_path: Path) -> None:
        audited = await run("log", "audit", "--database-url", f"sqlite:///{tmp_path / 'none.db'}")
        assert audited.code == 2
        assert "Not known: There is no database" in audited.out


class TestProjections:
    @pytest.fixture
    async def database_url(self, own_log: Log, tmp_path: Path) -> str:
        """A database in which every projection is live, and has all of the log."""
        url = f"sqlite:///{tmp_path / 'cairn.db'}"
        messages = await own_log.read_stored(">")
        engine = open_database(url)
        for name in NAMES:
            writer = ProjectionWriter(engine, projection_named(name), STREAM)
            writer.resume()
            writer.take(messages, head=EVENTS)
            assert writer.go_live([STREAM])
        engine.dispose()
        return url

    async def test_are_as_a_rebuild_makes_them(self, notary: FakeNotary, run: Run, database_url: str) -> None:
        audited = await run("log", "audit", "--database-url", database_url)
        assert audited.code == 0, audited.out
        assert "rows are as a rebuild makes them" in audited.out
        again = await run("log", "audit", "--database-url", database_url)
        assert again.code == 0, "what was built for the first is gone"

    async def test_a_row_that_was_changed(self, notary: FakeNotary, run: Run, database_url: str) -> None:
        engine = open_database(database_url)
        with writing(engine) as connection:
            connection.execute(text("UPDATE goal_state_goals SET status = 'closed' WHERE patient = 'pt-1'"))
        engine.dispose()
        audited = await run("log", "audit", "--database-url", database_url, "--json")
        assert audited.code == 1
        assert audited.json["wrong"] == [
            "The tables of goal_state have rows that do not follow from the log: 1 of goals."
        ]

    async def test_a_rebuild_that_somebody_has_begun_is_left_alone(
        self, notary: FakeNotary, run: Run, database_url: str
    ) -> None:
        assert (
            await run("projections", "rebuild", "goal_state", "--dry-run", "--database-url", database_url)
        ).code == 0
        audited = await run("log", "audit", "--database-url", database_url)
        assert audited.code == 2
        assert "Not known: goal_state is being built anew" in audited.out


class TestTheNotarysOwnAudit:
    @pytest.fixture
    def again(self, own_log: Log, notary: FakeNotary, tmp_path: Path) -> Callable[[], AuditSchedule]:
        """Makes the schedule of a notary that has just started."""
        tree = SignedTree(Checkpoint(ORIGIN, notary.tree.size, notary.tree.root), tiles_of(notary.tree))
        return lambda: AuditSchedule(own_log, tmp_path, lambda: tree, timedelta(days=1), now)

    async def test_it_compares_at_once_and_then_not_for_a_day(self, again: Callable[[], AuditSchedule]) -> None:
        schedule = again()
        running = asyncio.ensure_future(schedule.run())
        await eventually(lambda: schedule.last)
        running.cancel()
        remembered = again()
        assert remembered.last is not None
        assert (remembered.last.size, remembered.last.wrong, remembered.last.finding) == (EVENTS, 0, None)
        assert remembered.pause is not None
        assert remembered.pause > timedelta(hours=23)

    async def test_what_is_wrong_is_a_contradiction_and_is_remembered(
        self, own_server: EmbeddedServer, own: ResilientClient, again: Callable[[], AuditSchedule]
    ) -> None:
        await reworded(own_server, own)
        with pytest.raises(Contradiction, match=f"position {PROPOSED} of the log is not what was signed"):
            await again().compare()
        remembered = again().last
        assert remembered is not None
        assert remembered.wrong == 1

    async def test_a_log_that_does_not_answer_is_not_called_wrong(
        self, own_server: EmbeddedServer, again: Callable[[], AuditSchedule]
    ) -> None:
        await own_server.stop()
        assert await again().compare() is None
        assert again().last is None

    async def test_nothing_is_compared_while_nothing_is_signed(self, own_log: Log, tmp_path: Path) -> None:
        assert await AuditSchedule(own_log, tmp_path, lambda: None, timedelta(days=1), now).compare() is None

    def test_it_never_compares_where_an_operator_wants_none(self, own_log: Log, tmp_path: Path) -> None:
        assert AuditSchedule(own_log, tmp_path, lambda: None, None, now).pause is None


def now() -> datetime:
    return datetime.now(UTC)


async def audit(nc: ResilientClient, log: Log) -> StreamAudit:
    return await audit_stream(
        log, AskedNotary(nc, STREAM), since=1, witnessed_within=timedelta(hours=1), progress=lambda done, of: None
    )
