"""The accounts of deploy/nats on a real server: every role can do its work, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import nats
import pytest
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError
from pydantic_core import from_json

from events.access_record import ACCESS_STREAM
from events.envelope import STRUCTURED
from events.event import Event
from events.goal import types as g
from events.identity import INTAKE, NOTICE, SUBMIT, GoalId
from events.log import Append, Log, NotAdmitted, WrongVersion, connect, declare_log
from events.log.backup import write_archive
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from events.log.stream import STREAM
from services.access.records.recorder import AccessRecorder
from services.access.service import serve as access
from services.administration.application import STREAM as ACTS
from services.administration.application import Act
from services.administration.recording import record_act, recorded_acts
from services.settings import Settings
from tests.access import access_record, access_records
from tests.builders import active_goal, as_bytes, event, proposed
from tests.conftest import running
from tests.integration.deploy.deployed import Deployed, connected, password

STRUCTURED_HEADER = {"content-type": STRUCTURED}
ROLES = ("goals", "intake", "reminders", "projections", "gateway", "access", "northside")
"""Every user but the operator."""


async def offer(nc: ResilientClient, offered: Event) -> dict[str, object]:
    reply = await nc.request(offered.goal_id.on(SUBMIT), as_bytes(offered), timeout=20, headers=STRUCTURED_HEADER)
    outcome: dict[str, object] = from_json(reply.data)
    return outcome


class TestAnOrganisation:
    async def test_submits_goals_and_hears_what_was_recorded(self, deployed: Deployed, services: None) -> None:
        goal_id = GoalId("northside", "pt-1", "walk")
        async with connected(deployed, "northside") as [organisation]:
            feed = await organisation.nc.subscribe("cairn.feed.northside.>")
            outcomes = [await offer(organisation.nc, each) for each in active_goal(goal_id)]
            assert [outcome["status"] for outcome in outcomes] == ["recorded"] * 4
            heard = [await feed.next_msg(10) for _ in range(5)]
        assert [message.subject for message in heard] == [goal_id.plan.on("cairn.feed")] + [
            goal_id.on("cairn.feed")
        ] * 4

    async def test_submits_durably_and_gets_each_outcome(self, deployed: Deployed, services: None) -> None:
        unknown = event(GoalId("northside", "pt-2", "nobody"), g.Agreed())
        async with connected(deployed, "northside") as [organisation]:
            outcomes = await organisation.nc.subscribe("cairn.outcome.northside.>")
            kept = await organisation.nc.jetstream().publish(
                unknown.goal_id.on(INTAKE), as_bytes(unknown), headers=STRUCTURED_HEADER
            )
            assert kept.stream == "CAIRN_INTAKE"
            outcome = from_json((await outcomes.next_msg(20)).data)
        assert (outcome["status"], outcome["code"]) == ("rejected", "plan.missing")

    async def test_is_told_of_its_own_reviews(self, deployed: Deployed, services: None) -> None:
        goal_id = GoalId("northside", "pt-10", "walk")
        async with connected(deployed, "northside") as [organisation]:
            notices = await organisation.nc.subscribe(goal_id.on(NOTICE))
            outcomes = [await offer(organisation.nc, each) for each in active_goal(goal_id)]
            assert [outcome["status"] for outcome in outcomes] == ["recorded"] * 4
            notice = await notices.next_msg(20)
        assert notice.subject == goal_id.on(NOTICE)
        assert from_json(notice.data)["kind"] == "overdue"  # it began long ago

    @pytest.mark.parametrize(
        "subject",
        [
            "cairn.submit.southside.pt-1.walk",
            "cairn.intake.southside.pt-1.walk",
            "cairn.log.northside.pt-1.walk",
            "cairn.feed.northside.pt-1.walk",
            "cairn.outcome.northside.pt-1.walk",
            "cairn.void.northside.pt-1.walk",
            "cairn.notice.northside.pt-1.walk",
            "cairn.checkpoint.goal_state",
            "cairn.read",
            "$JS.API.INFO",
            f"$JS.API.DIRECT.GET.{STREAM}",
        ],
    )
    async def test_publishes_nothing_but_its_own_submissions(self, deployed: Deployed, subject: str) -> None:
        async with connected(deployed, "northside") as [organisation]:
            assert not await organisation.may_publish(subject)

    @pytest.mark.parametrize(
        "subject",
        [
            *(
                "cairn.feed.southside.>",
                "cairn.feed.>",
                "cairn.outcome.>",
                "cairn.notice.southside.>",
                "cairn.notice.>",
            ),
            *("cairn.log.>", "cairn.submit.northside.>", ">"),
        ],
    )
    async def test_hears_nothing_but_its_own_feed_and_outcomes(self, deployed: Deployed, subject: str) -> None:
        async with connected(deployed, "northside") as [organisation]:
            assert not await organisation.may_subscribe(subject)

    async def test_does_not_see_the_answers_that_others_get(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "northside", "gateway") as [organisation, gateway]:
            inboxes = await organisation.nc.subscribe("_INBOX.>")
            await flush(organisation.nc)
            await gateway.nc.request("cairn.submit.southside.pt-1.walk", b"{}", timeout=10)
            await offer(organisation.nc, event(GoalId("northside", "pt-3", "x"), g.Agreed()))
            assert inboxes.pending_msgs == 1  # its own

    @pytest.mark.parametrize("prefix", [SUBMIT, INTAKE])
    async def test_cannot_have_an_answer_written_to_the_log(
        self, deployed: Deployed, services: None, prefix: str
    ) -> None:
        """Whoever asks names the subject of the answer; from another account that subject leads nowhere here."""
        async with connected(deployed, "northside", "operator") as [organisation, operator]:
            before = await Log(operator.nc).head()
            await organisation.may_publish(f"{prefix}.northside.pt-4.walk", reply="cairn.log.northside.pt-4.walk")
            await offer(organisation.nc, event(GoalId("northside", "pt-4", "walk"), g.Agreed()))  # comes after it
            assert await Log(operator.nc).head() == before


class TestTheGoalsService:
    async def test_makes_the_log_writes_it_and_reads_it(self, deployed: Deployed) -> None:
        goal_id = GoalId("southside", "pt-1", "read")
        async with connected(deployed, "goals") as [goals]:
            await declare_log(goals.nc)
            log = Log(goals.nc)
            first = event(goal_id, proposed())
            [recorded] = await log.append(Append((first,), version=0, expected=0))
            assert [each.event.key for each in await log.read(goal_id)] == [first.key]
            assert (await log.last_of_patient(goal_id))[goal_id] == recorded.position
            with pytest.raises(WrongVersion):
                await log.append(Append((event(goal_id, proposed()),), version=0, expected=0))
            assert not goals.refused

    async def test_keeps_snapshots_without_a_refusal(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "goals") as [goals]:
            assert await goals.may_publish("$KV.cairn_snapshots.southside.pt-1.read")
            assert await goals.may_publish("$JS.API.DIRECT.GET.KV_cairn_snapshots")

    async def test_says_how_it_is_to_the_gateway(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "gateway") as [gateway]:
            answer = from_json((await gateway.nc.request(f"cairn.health.goals.{STREAM}", b"", timeout=20)).data)
        assert (answer["stream"], answer["state"]) == (STREAM, "recording")

    async def test_purges_its_snapshots_without_a_refusal(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "goals") as [goals]:
            snapshots = Snapshots(goals.nc)
            await snapshots.empty()
            await snapshots.close()
            assert not goals.refused


class TestReadersOfTheLog:
    @pytest.mark.parametrize("role", ["projections", "gateway", "goals", "operator"])
    async def test_follow_it_from_the_past_into_live(self, deployed: Deployed, role: str) -> None:
        async with connected(deployed, "goals", role) as [goals, reader]:
            await declare_log(goals.nc)
            log = Log(goals.nc)
            past, live = (event(GoalId("southside", role, name), proposed()) for name in ("past", "live"))
            [recorded] = await log.append(Append((past,), version=0, expected=0))
            followed: list[tuple[str, str]] = []
            async with asyncio.timeout(20):
                async for batch in Log(reader.nc).follow(recorded.position - 1):
                    followed += [(each.headers["ce-source"], each.headers["ce-id"]) for each in batch.messages]
                    if not batch.messages:
                        await log.append(Append((live,), version=0, expected=0))
                    if live.key in followed:
                        break
            assert followed == [past.key, live.key]
            assert not reader.refused


class TestReminders:
    @pytest.mark.parametrize(
        "subject",
        [
            "cairn.log.a.b.c",
            "cairn.feed.a.b.c",
            "cairn.submit.a.b.c",
            "cairn.outcome.a.b.c",
            "cairn.reminder.rung.a.b.c",
        ],
    )
    async def test_write_nothing_but_notices_and_alarms(self, deployed: Deployed, subject: str) -> None:
        async with connected(deployed, "reminders") as [reminders]:
            assert not await reminders.may_publish(subject)


class TestAProjection:
    async def test_tells_its_position(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "gateway", "northside") as [gateway, organisation]:
            checkpoints = await gateway.nc.subscribe("cairn.checkpoint.*")
            await flush(gateway.nc)
            await offer(organisation.nc, active_goal(GoalId("northside", "pt-6", "walk"))[0])
            assert (await checkpoints.next_msg(20)).subject == "cairn.checkpoint.goal_state"

    @pytest.mark.parametrize(
        "subject",
        ["cairn.log.a.b.c", "cairn.feed.a.b.c", "cairn.submit.a.b.c", "cairn.read", "$KV.cairn_snapshots.a.b.c"],
    )
    async def test_writes_nothing_else(self, deployed: Deployed, subject: str) -> None:
        async with connected(deployed, "projections") as [projections]:
            assert not await projections.may_publish(subject)


class TestTheGateway:
    async def test_answers_reads_for_the_operator(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "operator") as [operator]:
            answer = await operator.nc.request("cairn.read", b"/v1/projections", timeout=20)
        assert answer.headers is not None
        assert answer.headers["status"] == "200"
        assert from_json(answer.data)["items"]

    async def test_submits_for_any_organisation(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "gateway") as [gateway]:
            outcome = await offer(gateway.nc, active_goal(GoalId("southside", "pt-7", "walk"))[0])
        assert outcome["status"] == "recorded"

    async def test_asks_the_goals_services_how_they_are_and_no_organisation_does(self, deployed: Deployed) -> None:
        async with connected(deployed, "gateway", "northside") as [gateway, organisation]:
            assert await gateway.may_publish(f"cairn.health.goals.{STREAM}")
            assert not await organisation.may_publish(f"cairn.health.goals.{STREAM}")

    @pytest.mark.parametrize("subject", ["cairn.log.a.b.c", "cairn.feed.a.b.c", "cairn.outcome.a.b.c"])
    async def test_writes_nothing_else(self, deployed: Deployed, subject: str) -> None:
        async with connected(deployed, "gateway") as [gateway]:
            assert not await gateway.may_publish(subject)

    async def test_may_not_overhear_what_is_submitted(self, deployed: Deployed) -> None:
        async with connected(deployed, "gateway") as [gateway]:
            assert not await gateway.may_subscribe("cairn.submit.>")
            assert not await gateway.may_subscribe("cairn.submit.>", queue="goals")


class TestTheServices:
    async def test_are_refused_nothing_that_they_ask_for(self, deployed: Deployed, services: None) -> None:
        """Their connections bear their names; those of these tests, which are refused a lot, bear none."""
        async with connected(deployed, "northside", "operator") as [organisation, operator]:
            await organisation.nc.jetstream().publish("cairn.intake.northside.pt-8.walk", b"{}")
            for each in active_goal(GoalId("northside", "pt-9", "walk")):
                await offer(organisation.nc, each)
            await operator.nc.request("cairn.read", b"/v1/orgs/northside/goals/pt-9/walk", timeout=20)
        violations = [line for line in deployed.log_file.read_text().splitlines() if "Violation" in line]
        assert not [line for line in violations if ":cairn" in line]


OTHER_STREAMS = ("CAIRN_INTAKE", "CAIRN_REJECTED", "CAIRN_NOTICES", "CAIRN_ALARMS", "KV_cairn_snapshots")


class TestStreams:
    @pytest.mark.parametrize("role", ROLES)
    async def test_nobody_but_the_operator_deletes_or_changes_one(self, deployed: Deployed, role: str) -> None:
        async with connected(deployed, role) as [user]:
            for stream in (STREAM, *OTHER_STREAMS):
                for action in ("DELETE", "UPDATE", "PURGE", "RESTORE", "SNAPSHOT"):
                    subject = f"$JS.API.STREAM.{action}.{stream}"
                    own_cache = (role, subject) == ("goals", "$JS.API.STREAM.PURGE.KV_cairn_snapshots")
                    assert await user.may_publish(subject) is own_cache
            assert not await user.may_publish(f"$JS.API.STREAM.MSG.DELETE.{STREAM}")

    @pytest.mark.parametrize("role", ROLES)
    async def test_nobody_but_the_operator_reads_or_writes_what_operators_did(
        self, deployed: Deployed, role: str
    ) -> None:
        async with connected(deployed, role) as [user]:
            assert not await user.may_publish("CAIRN_ADMIN.log.events.somewhere")
            assert not await user.may_subscribe("CAIRN_ADMIN.>")
            for action in ("STREAM.CREATE", "STREAM.INFO", "DIRECT.GET"):
                assert not await user.may_publish(f"$JS.API.{action}.{ACTS}")

    async def test_the_operator_records_what_it_does(self, deployed: Deployed) -> None:
        done = Act("voided", STREAM, "ada", "bytes of another program", 5, "ef" * 32, 7)
        operator = await connect(deployed.url("operator"), name="tests")
        await record_act(operator, done)
        assert [act._replace(at="") for act in await recorded_acts(operator)] == [done]
        await operator.close()

    async def test_the_operator_changes_the_log_s_configuration(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "operator") as [operator]:
            js = operator.nc.jetstream()
            config = (await js.stream_info(STREAM)).config
            config.description = "The log of northside"
            assert (await js.update_stream(config)).config.description == "The log of northside"

    async def test_the_operator_backs_up_the_log(self, deployed: Deployed, services: None, tmp_path: Path) -> None:
        async with connected(deployed, "operator") as [operator]:
            manifest = await write_archive(operator.nc, STREAM, tmp_path / "backup", lambda _: None)
        assert manifest.archive_bytes

    async def test_not_even_the_operator_writes_the_log(self, deployed: Deployed) -> None:
        async with connected(deployed, "operator") as [operator]:
            assert not await operator.may_publish("cairn.log.northside.pt-1.walk")
            assert not await operator.may_publish("cairn.feed.northside.pt-1.walk")


class TestVoiding:
    @pytest.mark.parametrize("role", ROLES)
    async def test_nobody_but_the_operator_asks_for_it(self, deployed: Deployed, role: str) -> None:
        async with connected(deployed, role) as [user]:
            assert not await user.may_publish("cairn.void.northside.pt-1.walk")

    async def test_the_operator_is_answered(self, deployed: Deployed, services: None) -> None:
        async with connected(deployed, "operator") as [operator]:
            request = b'{"position": 1, "reason": "Not ours", "actor": "op-1"}'
            reply = await operator.nc.request("cairn.void.northside.pt-404.walk", request, timeout=20)
        assert from_json(reply.data)["code"] == "event.invalid"


class TestLoggingIn:
    async def test_needs_a_user_and_its_password(self, deployed: Deployed) -> None:
        for address in (f"nats://127.0.0.1:{deployed.port}", deployed.url("goals", "wrong"), deployed.url("nobody")):
            with pytest.raises(NotAdmitted):
                await connect(address, name="tests")

    async def test_a_refusal_does_not_repeat_the_password(self, deployed: Deployed) -> None:
        with pytest.raises(NotAdmitted) as refusal:
            await connect(deployed.url("goals", "pMistyped"), name="tests")
        assert "pMistyped" not in str(refusal.value)
        assert "goals" in str(refusal.value)

    async def test_a_percent_encoded_password_is_decoded(self, deployed: Deployed) -> None:
        encoded = "".join(f"%{ord(character):02x}" for character in password("projections"))
        nc = await connect(deployed.url("projections", encoded), name="tests")
        await nc.close()

    async def test_the_organisation_s_account_has_no_stream_of_its_own(self, deployed: Deployed) -> None:
        nc = await nats.connect(deployed.url("northside"), allow_reconnect=False)
        with pytest.raises((NatsError, TimeoutError)):
            await nc.jetstream(timeout=1).account_info()
        await nc.close()


class TestTheRecordOfWhoReads:
    @pytest.fixture
    async def access_service(self, deployed: Deployed, tmp_path: Path) -> AsyncIterator[None]:
        """The service that makes the stream."""
        async with running(partial(access, Settings(nats_url=deployed.url("access"), data_dir=tmp_path))):
            yield

    async def test_the_gateway_and_the_operator_s_commands_add_to_it(
        self, deployed: Deployed, access_service: None
    ) -> None:
        for user in ("gateway", "operator"):
            async with connected(deployed, user) as [reader]:
                recorder = AccessRecorder(reader.nc)
                await recorder.check()
                await recorder.record([access_record("p1", reader=user)])
                await recorder.close()

        async with connected(deployed, "access") as [reader]:
            readers = [record.reader for record in await access_records(reader.nc, "north")]
        assert readers == ["gateway", "operator"]

    @pytest.mark.parametrize("user", ["goals", "intake", "reminders", "projections", "northside"])
    async def test_nobody_else_adds_to_it(self, deployed: Deployed, access_service: None, user: str) -> None:
        async with connected(deployed, user) as [other]:
            assert not await other.may_publish("cairn.access.north")

    async def test_nobody_of_the_house_reads_changes_or_deletes_it(
        self, deployed: Deployed, access_service: None
    ) -> None:
        async with connected(deployed, "operator") as [operator]:
            js = operator.nc.jetstream()
            for attempt in (js.stream_info, js.delete_stream, js.purge_stream):
                with pytest.raises(NotFoundError):
                    await attempt(ACCESS_STREAM)

    async def test_who_reads_it_into_tables_neither_changes_nor_deletes_it(
        self, deployed: Deployed, access_service: None
    ) -> None:
        async with connected(deployed, "access") as [reader]:
            for what in ("STREAM.DELETE", "STREAM.UPDATE", "STREAM.PURGE", "STREAM.MSG.DELETE"):
                assert not await reader.may_publish(f"$JS.API.{what}.{ACCESS_STREAM}")
            assert not await reader.may_publish("cairn.access.north")
