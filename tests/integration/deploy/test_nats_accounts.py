"""A whole Cairn on the accounts of deploy/nats: each service does its work as its own user, and others do theirs.

What each user may not do is in test_every_user.py.
"""

import asyncio
from pathlib import Path

import nats
import pytest
from nats.errors import Error as NatsError
from pydantic_core import from_json

from events.access_record import ACCESS_STREAM
from events.envelope import STRUCTURED
from events.event import Event
from events.goal import types as g
from events.identity import FORWARDED, INTAKE, LOG, NOTICE, SUBMIT, GoalId
from events.log import Append, Log, NotAdmitted, WrongVersion, connect, declare_log
from events.log.backup import write_archive
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.findings import Verification
from events.log.snapshots import Snapshots
from events.log.stream import STREAM
from events.log.stream_state import read_state
from services.access.issuer.recording import issue_token, revoke_token
from services.access.issuer.signing_key import signing_key
from services.access.principal import HEADER, Principal
from services.access.records.recorder import AccessRecorder
from services.administration.application import Act
from services.administration.care import note_care
from services.administration.recording import record_act, recorded_acts
from tests.access import access_record, access_records
from tests.builders import active_goal, as_bytes, event, proposed
from tests.integration.deploy.deployed import Deployed, connected, password
from tests.waiting import eventually

STRUCTURED_HEADER = {"content-type": STRUCTURED}
FORGED = {"Nats-Request-Info": '{"acc":"LOG","user":"log_operator"}', HEADER: "forged"}
DANA = Principal(id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"northside"}))
ADA = Principal(id="ada", kind="person", roles=frozenset({"operator"}))


async def offer(nc: ResilientClient, offered: Event, **headers: str) -> dict[str, object]:
    headers |= STRUCTURED_HEADER
    reply = await nc.request(offered.goal_id.on(SUBMIT), as_bytes(offered), timeout=20, headers=headers)
    outcome: dict[str, object] = from_json(reply.data)
    return outcome


async def token(deployed: Deployed, data_dir: Path, principal: Principal) -> tuple[str, str]:
    """A token of Cairn's own issuer, made as `log_operator`, and its id."""
    nc = await connect(deployed.url("log_operator"), name="tests")
    made = await issue_token(nc, signing_key(data_dir), principal, seconds=600, by="ada")
    await nc.close()
    assert made.principal.token is not None
    return made.text, made.principal.token


async def read(nc: ResilientClient, path: str, bearer: str) -> tuple[str, dict[str, object]]:
    answer = await nc.request("cairn.read", path.encode(), timeout=20, headers={"authorization": f"Bearer {bearer}"})
    assert answer.headers is not None
    return answer.headers["status"], from_json(answer.data)


class TestAnOrganisation:
    async def test_submits_goals_and_hears_what_was_recorded(self, deployed: Deployed, services: Path) -> None:
        goal_id = GoalId("northside", "pt-1", "walk")
        async with connected(deployed, "northside") as [organisation]:
            feed = await organisation.nc.subscribe("cairn.feed.northside.>")
            outcomes = [await offer(organisation.nc, each) for each in active_goal(goal_id)]
            assert [outcome["status"] for outcome in outcomes] == ["recorded"] * 4
            heard = [await feed.next_msg(10) for _ in range(5)]
        assert [message.subject for message in heard] == [goal_id.plan.on("cairn.feed")] + [
            goal_id.on("cairn.feed")
        ] * 4

    async def test_is_recorded_as_the_sender_whatever_it_writes_into_headers(
        self, deployed: Deployed, services: Path
    ) -> None:
        goal_id = GoalId("northside", "pt-11", "walk")
        async with connected(deployed, "northside", "log_operator") as [organisation, operator]:
            plan, *_ = active_goal(goal_id)
            assert (await offer(organisation.nc, plan, **FORGED))["status"] == "recorded"
            [stored] = await Log(operator.nc).read_stored(goal_id.plan.on(LOG))
        assert stored.headers["ce-submittedby"] == "NORTHSIDE/northside"

    async def test_submits_durably_and_gets_each_outcome(self, deployed: Deployed, services: Path) -> None:
        unknown = event(GoalId("northside", "pt-2", "nobody"), g.Agreed())
        async with connected(deployed, "northside") as [organisation]:
            outcomes = await organisation.nc.subscribe("cairn.outcome.northside.>")
            kept = await organisation.nc.jetstream().publish(
                unknown.goal_id.on(INTAKE), as_bytes(unknown), headers=STRUCTURED_HEADER
            )
            assert kept.stream == "CAIRN_INTAKE"
            outcome = from_json((await outcomes.next_msg(20)).data)
        assert (outcome["status"], outcome["code"]) == ("rejected", "plan.missing")

    async def test_is_recorded_as_the_sender_of_what_it_submits_durably(
        self, deployed: Deployed, services: Path
    ) -> None:
        goal_id = GoalId("northside", "pt-12", "walk")
        plan, *_ = active_goal(goal_id)
        async with connected(deployed, "northside", "log_operator") as [organisation, operator]:
            outcomes = await organisation.nc.subscribe("cairn.outcome.northside.>")
            headers = {**STRUCTURED_HEADER, **FORGED}
            await organisation.nc.jetstream().publish(goal_id.plan.on(INTAKE), as_bytes(plan), headers=headers)
            assert from_json((await outcomes.next_msg(20)).data)["status"] == "recorded"
            [stored] = await Log(operator.nc).read_stored(goal_id.plan.on(LOG))
        assert stored.headers["ce-submittedby"] == "NORTHSIDE/northside"

    async def test_is_told_of_its_own_reviews(self, deployed: Deployed, services: Path) -> None:
        goal_id = GoalId("northside", "pt-10", "walk")
        async with connected(deployed, "northside") as [organisation]:
            notices = await organisation.nc.subscribe(goal_id.on(NOTICE))
            outcomes = [await offer(organisation.nc, each) for each in active_goal(goal_id)]
            assert [outcome["status"] for outcome in outcomes] == ["recorded"] * 4
            notice = await notices.next_msg(20)
        assert notice.subject == goal_id.on(NOTICE)
        assert from_json(notice.data)["kind"] == "overdue"  # it began long ago

    async def test_does_not_see_the_answers_that_others_get(self, deployed: Deployed, services: Path) -> None:
        async with connected(deployed, "northside", "gateway") as [organisation, gateway]:
            inboxes = await organisation.nc.subscribe("_INBOX.>")
            await flush(organisation.nc)
            await gateway.nc.request("cairn.forwarded.southside.pt-1.walk", b"{}", timeout=10)
            await offer(organisation.nc, event(GoalId("northside", "pt-3", "x"), g.Agreed()))
            await flush(organisation.nc)
            assert inboxes.pending_msgs == 1  # its own

    @pytest.mark.parametrize("prefix", [SUBMIT, INTAKE])
    async def test_cannot_have_an_answer_written_to_the_log(
        self, deployed: Deployed, services: Path, prefix: str
    ) -> None:
        """Whoever asks names the subject of the answer; from another account that subject leads nowhere here."""
        async with connected(deployed, "northside", "log_operator") as [organisation, operator]:
            before = await Log(operator.nc).head()
            await organisation.may_publish(f"{prefix}.northside.pt-4.walk", reply="cairn.log.northside.pt-4.walk")
            await offer(organisation.nc, event(GoalId("northside", "pt-4", "walk"), g.Agreed()))  # comes after it
            assert await Log(operator.nc).head() == before

    async def test_has_no_stream_of_its_own(self, deployed: Deployed) -> None:
        nc = await nats.connect(deployed.url("northside"), allow_reconnect=False)
        with pytest.raises((NatsError, TimeoutError)):
            await nc.jetstream(timeout=1).account_info()
        await nc.close()


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

    async def test_says_how_it_is_to_the_gateway(self, deployed: Deployed, services: Path) -> None:
        async with connected(deployed, "gateway") as [gateway]:
            answer = from_json((await gateway.nc.request(f"cairn.health.goals.{STREAM}", b"", timeout=20)).data)
        assert (answer["stream"], answer["state"]) == (STREAM, "recording")

    async def test_purges_its_snapshots_without_a_refusal(self, deployed: Deployed, services: Path) -> None:
        async with connected(deployed, "goals") as [goals]:
            snapshots = Snapshots(goals.nc)
            await snapshots.empty()
            await snapshots.close()
            assert not goals.refused


class TestReadersOfTheLog:
    @pytest.mark.parametrize("role", ["projections", "gateway", "reminders", "operator", "log_operator"])
    async def test_follow_it_from_the_past_into_live(self, deployed: Deployed, role: str) -> None:
        async with connected(deployed, "goals", role) as [goals, reader]:
            await declare_log(goals.nc)
            log = Log(goals.nc)
            past, live = (event(GoalId("southside", role, name), proposed()) for name in ("past", "live"))
            [recorded] = await log.append(Append((past,), version=0, expected=0))
            followed: list[tuple[str, str]] = []
            async with asyncio.timeout(60):
                async for batch in Log(reader.nc).follow(recorded.position - 1):
                    followed += [(each.headers["ce-source"], each.headers["ce-id"]) for each in batch.messages]
                    if not batch.messages:
                        await log.append(Append((live,), version=0, expected=0))
                    if live.key in followed:
                        break
            assert followed == [past.key, live.key]
            assert not reader.refused


class TestAProjection:
    async def test_tells_its_position(self, deployed: Deployed, services: Path) -> None:
        async with connected(deployed, "gateway", "northside") as [gateway, organisation]:
            checkpoints = await gateway.nc.subscribe("cairn.checkpoint.*")
            await flush(gateway.nc)
            await offer(organisation.nc, active_goal(GoalId("northside", "pt-6", "walk"))[0])
            assert (await checkpoints.next_msg(20)).subject == "cairn.checkpoint.goal_state"


class TestTheGateway:
    async def test_forwards_for_whoever_it_names(self, deployed: Deployed, services: Path) -> None:
        plan, *_ = active_goal(GoalId("northside", "pt-7", "walk"))
        headers = {**STRUCTURED_HEADER, HEADER: DANA.encoded()}
        async with connected(deployed, "gateway") as [gateway]:
            reply = await gateway.nc.request(plan.goal_id.on(FORWARDED), as_bytes(plan), timeout=20, headers=headers)
        assert from_json(reply.data)["status"] in ("recorded", "rejected")
        assert from_json(reply.data).get("code") != "access.unavailable"

    async def test_answers_whoever_has_a_token_and_records_the_reading(
        self, deployed: Deployed, services: Path
    ) -> None:
        goal_id = GoalId("northside", "pt-8", "walk")
        bearer, _ = await token(deployed, services, DANA)
        async with connected(deployed, "operator", "northside", "access") as [operator, organisation, access]:
            outcomes = [await offer(organisation.nc, each) for each in active_goal(goal_id)]
            position = outcomes[-1]["events"][-1]["position"]  # type: ignore[index]  # it was recorded
            before = (await read_state(access.nc, ACCESS_STREAM)).last
            path = f"/v1/orgs/northside/patients/pt-8/goals/walk?min_position={position}"
            status, answer = await read(operator.nc, path, bearer)
            assert (status, answer["status"]) == ("200", "active")
            assert (await read_state(access.nc, ACCESS_STREAM)).last == before + 1

    async def test_tells_an_operator_which_services_are_there_and_what_was_found_in_the_log(
        self, deployed: Deployed, services: Path
    ) -> None:
        bearer, _ = await token(deployed, services, ADA)
        async with connected(deployed, "operator") as [operator]:
            await note_care(operator.nc, "verified", STREAM, Verification(position=3), "ada")
            status, report = await read(operator.nc, "/v1/operations", bearer)
            assert not operator.refused
        assert status == "200"
        states = {each["name"]: each["state"] for each in report["services"]}  # type: ignore[attr-defined]
        assert (states["goals"], states["intake"], states["reminders"]) == ("recording", "answering", "answering")
        log = report["log"][0]  # type: ignore[index]
        assert (log["verified"]["by"], log["verified"]["position"]) == ("ada", 3)

    async def test_tells_nobody_anything_without_a_token(self, deployed: Deployed, services: Path) -> None:
        async with connected(deployed, "operator") as [operator]:
            answer = await operator.nc.request("cairn.read", b"/v1/projections", timeout=20)
            status, refused = await read(operator.nc, "/v1/projections", "forged")
        assert (answer.headers or {})["status"] == status == "401"
        assert refused["code"] == "access.token_invalid"

    async def test_hears_within_moments_that_a_token_was_revoked(self, deployed: Deployed, services: Path) -> None:
        bearer, token_id = await token(deployed, services, ADA)
        operators = await connect(deployed.url("log_operator"), name="tests")
        async with connected(deployed, "operator") as [operator]:
            assert (await read(operator.nc, "/v1/projections", bearer))[0] == "200"
            await revoke_token(operators, token_id, by="ada")

            async def refused() -> bool:
                _, answer = await read(operator.nc, "/v1/projections", bearer)
                return answer.get("code") == "access.token_revoked"

            await eventually(refused)
        await operators.close()


class TestTheServices:
    async def test_are_refused_nothing_that_they_ask_for(self, deployed: Deployed, services: Path) -> None:
        """Their connections bear their names; those of these tests, which are refused a lot, bear none."""
        bearer, _ = await token(deployed, services, ADA)
        async with connected(deployed, "northside", "operator") as [organisation, operator]:
            await organisation.nc.jetstream().publish("cairn.intake.northside.pt-9.walk", b"{}")
            for each in active_goal(GoalId("northside", "pt-9", "walk")):
                await offer(organisation.nc, each)
            await read(operator.nc, "/v1/projections", bearer)
        violations = [line for line in deployed.log_file.read_text().splitlines() if "Violation" in line]
        assert not [line for line in violations if ":cairn" in line]


class TestTheRecordOfWhoReads:
    async def test_is_added_to_by_the_gateway_and_by_the_operator_s_commands(
        self, deployed: Deployed, services: Path
    ) -> None:
        for user in ("gateway", "operator"):
            async with connected(deployed, user) as [reader]:
                recorder = AccessRecorder(reader.nc)
                await recorder.check()
                await recorder.record([access_record("p1", reader=user, org="northside")])
                await recorder.close()
                assert not reader.refused
        async with connected(deployed, "access") as [tables]:
            readers = [record.reader for record in await access_records(tables.nc, "northside")]
            assert not tables.refused
        assert readers[-2:] == ["gateway", "operator"]


class TestWhoMayChangeStreams:
    async def test_records_what_it_does(self, deployed: Deployed) -> None:
        done = Act("voided", STREAM, "ada", "bytes of another program", 5, "ef" * 32, 7)
        operator = await connect(deployed.url("log_operator"), name="tests")
        await record_act(operator, done)
        assert [act._replace(at="") for act in await recorded_acts(operator)] == [done]
        await operator.close()

    async def test_changes_the_log_s_configuration(self, deployed: Deployed, services: Path) -> None:
        async with connected(deployed, "log_operator") as [operator]:
            js = operator.nc.jetstream()
            config = (await js.stream_info(STREAM)).config
            config.description = "The log of northside"
            assert (await js.update_stream(config)).config.description == "The log of northside"

    async def test_backs_up_the_log(self, deployed: Deployed, services: Path, tmp_path: Path) -> None:
        async with connected(deployed, "log_operator") as [operator]:
            manifest = await write_archive(operator.nc, STREAM, tmp_path / "backup", lambda _: None)
        assert manifest.archive_bytes

    @pytest.mark.parametrize(
        ("domain", "stream"), [("intake", "CAIRN_INTAKE"), ("reminders", "CAIRN_NOTICES"), ("access", ACCESS_STREAM)]
    )
    async def test_changes_the_other_streams_as_another_user(
        self, deployed: Deployed, services: Path, domain: str, stream: str
    ) -> None:
        async with connected(deployed, "stream_operator") as [operator]:
            js = operator.nc.jetstream(domain=domain)
            config = (await js.stream_info(stream)).config
            config.description = "Of northside"
            assert (await js.update_stream(config)).config.description == "Of northside"

    async def test_does_not_write_the_log_by_hand(self, deployed: Deployed) -> None:
        async with connected(deployed, "log_operator") as [operator]:
            assert not await operator.may_publish("cairn.log.northside.pt-1.walk")
            assert not await operator.may_publish("cairn.feed.northside.pt-1.walk")

    async def test_is_answered_when_it_voids_a_message(self, deployed: Deployed, services: Path) -> None:
        async with connected(deployed, "log_operator") as [operator]:
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
