"""Each stream of the log has a notary and an origin of its own, and organisations are sent those of theirs alone."""

from datetime import UTC, datetime
from pathlib import Path

from events.identity import GoalId
from events.log import Append, Log
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.placing import place
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.notes import parse_note
from services.notary import service
from services.notary.asking import AskedNotary
from services.notary.founding import found
from services.notary.places import notary_folder
from services.settings import Settings
from tests.builders import event, opened
from tests.conftest import running
from tests.integration.streams.conftest import A, B


async def test_each_stream_is_signed_by_itself(nc: ResilientClient, settings: Settings, tmp_path: Path) -> None:
    own = settings.model_copy(update={"data_dir": tmp_path / "data", "notary_dir": tmp_path / "keys"})
    founded = {
        stream: found(notary_folder(own, stream), "records.clinic.example", stream, datetime.now(UTC))
        for stream in (A, B)
    }
    assert founded[A].identity.origin != founded[B].identity.origin
    sent = {stream: await nc.subscribe(f"cairn.tlog.{org}") for stream, org in ((A, "southside"), (B, "riverside"))}
    await flush(nc)
    await place(nc, settings.placement, 1)
    heads = {}
    for stream, org in ((A, "southside"), (B, "riverside")):
        log = Log(nc, stream)
        plan = GoalId(org, "pt-notaries", "plan")
        await log.append(Append((event(plan, opened(), role="clinician"),), version=0, expected=0))
        heads[stream] = await log.head()
        await log.close()
    async with running(lambda ready: service.serve(own, ready)):
        for stream in (A, B):
            note = await AskedNotary(nc, stream).sign()
            assert opened_checkpoint(note, founded[stream].checkpoints).size == heads[stream]
            heard = parse_note((await sent[stream].next_msg(timeout=20)).data)
            assert opened_checkpoint(heard, founded[stream].checkpoints).origin == founded[stream].identity.origin
