"""The notary as its own user: it reads the log of another account, and is asked by those who may."""

from datetime import UTC, datetime
from pathlib import Path

from events.identity import GoalId
from events.log import Append, Log, declare_log
from events.transparency.checkpoints import opened_checkpoint
from events.transparency.notes import parse_note
from services.notary import service
from services.notary.asking import AskedNotary
from services.notary.founding import found
from services.notary.places import notary_folder
from services.presence import HEALTH, Presence
from tests.builders import event, opened
from tests.conftest import running
from tests.integration.deploy.deployed import Deployed, connected

STREAM = "CAIRN_LOG"
PLAN = GoalId("northside", "pt-notary", "plan")


async def test_it_signs_is_asked_and_tells_each_organisation_its_own(deployed: Deployed, tmp_path: Path) -> None:
    settings = deployed.settings("notary", tmp_path / "tiles", notary_dir=tmp_path / "keys")
    founded = found(notary_folder(settings, STREAM), "records.clinic.example", STREAM, datetime.now(UTC))
    async with connected(deployed, "goals", "northside", "gateway", "operator", "log_operator", "notary") as users:
        goals, northside, gateway, operator, log_operator, _ = users
        await declare_log(goals.nc)
        log = Log(goals.nc)
        await log.append(Append((event(PLAN, opened(), role="clinician", actor="c1"),), 0, 0))
        position = await log.head()
        sent = await northside.nc.subscribe("cairn.tlog.northside")
        async with running(lambda ready: service.serve(settings, ready)):
            note = await AskedNotary(log_operator.nc, STREAM).sign()
            assert opened_checkpoint(note, founded.checkpoints).size == position
            for asking in (gateway, operator):
                assert ((await AskedNotary(asking.nc, STREAM).status()).published_size or 0) >= position
            heard = parse_note((await sent.next_msg(timeout=20)).data)
            assert opened_checkpoint(heard, founded.checkpoints).origin == founded.identity.origin
            presence = await gateway.nc.request(f"{HEALTH}.notary", timeout=20)
            assert Presence.model_validate_json(presence.data).service == "notary"
        await log.close()
        assert not await northside.may_publish(f"cairn.notary.{STREAM}")
        assert not await northside.may_subscribe("cairn.tlog.southside")
        assert not await operator.may_publish("cairn.tlog.northside")
