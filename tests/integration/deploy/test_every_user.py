"""Every user of deploy/nats, held against every subject and every request of JetStream's API.

What is not in a user's row (rows.py) is refused, and nothing that a user may do has anything stored in a stream that is
not its own: neither what it asks for nor an answer that it has sent elsewhere.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from itertools import cycle, islice, product

import pytest
from nats.errors import Error as NatsError
from pydantic_core import from_json, to_json

from events.access_record import ACCESS as ACCESSES
from events.identity import REJECTED as REJECTIONS
from events.identity import WAITING, GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.connection import flush
from events.log.client.resilient import ResilientClient
from events.log.findings import Verification
from events.log.snapshots import Snapshots
from services.access.issuer.recording import issue_token
from services.access.issuer.signing_key import signing_key
from services.access.principal import Principal
from services.access.records.stream import access_config
from services.administration.application import Act
from services.administration.care import declare_care, note_care
from services.administration.notary_act import NotaryAct
from services.administration.recording import record_act, record_notary_acts
from services.embedded_server import free_port
from services.intake.streams import declare_intake
from services.reminders.stream import declare_notices
from tests.builders import event, proposed
from tests.integration.deploy.deployed import USERS, Deployed, User, configuration, connected, environment, start
from tests.integration.deploy.rows import (
    ACCESS,
    ACTS,
    ALARMS,
    CARE,
    INTAKE,
    LOG_STREAM,
    NOTARY_ACTS,
    NOTICES,
    QUEUES,
    REJECTED,
    ROWS,
    SNAPSHOTS,
    STREAMS,
    TOKENS,
    WILDCARDS,
    every_subject,
    may_hear,
    may_publish,
)

GOAL = GoalId("northside", "pt-1", "walk")
PLACES = {
    **dict.fromkeys((LOG_STREAM, TOKENS, ACTS, NOTARY_ACTS, CARE, SNAPSHOTS), "$JS.API"),
    **dict.fromkeys((INTAKE, REJECTED), "$JS.intake.API"),
    **dict.fromkeys((NOTICES, ALARMS), "$JS.reminders.API"),
    ACCESS: "$JS.access.API",
}
"""Under which name an operator has the API of each stream."""
CHANGING = ("log_operator", "stream_operator")
"""Who may change streams, and does so here only to look at them."""
OWN = {
    "goals": {LOG_STREAM, TOKENS, ACTS, NOTARY_ACTS, CARE, SNAPSHOTS},
    "intake": {INTAKE, REJECTED},
    "reminders": {NOTICES, ALARMS},
}
"""The streams of the accounts in which a user is at home, as the one that writes there."""
NOTHING_STORED = {"Nats-Expected-Last-Sequence": str(2**62)}
"""A condition under which a stream stores nothing of what is published to it. Answers do not have it."""
ELSEWHERE = (
    *(GOAL.on(f"cairn.{kind}") for kind in ("log", "feed", "waiting", "rejected", "notice", "reminder.set")),
    *("cairn.reminder.mark", f"{ACCESSES}.northside", GOAL.on("$KV.cairn_snapshots")),
    *("CAIRN_ADMIN.log.events.a", "CAIRN_ADMIN.tokens.events.a", GOAL.on("cairn.forwarded"), GOAL.on("cairn.void")),
    *(f"{api}.STREAM.DELETE.{stream}" for stream, api in PLACES.items() if api != "$JS.API"),
    *(f"$JS.API.STREAM.DELETE.{stream}" for stream in (ACCESS, INTAKE, NOTICES)),
    *(f"$JS.log.API.DIRECT.GET.{LOG_STREAM}", "_R_.answer"),
)
"""Where an answer must not go."""
_DELIVERED_THERE = {"deliver_subject": GOAL.on("cairn.log"), "deliver_policy": "all", "ack_policy": "none"}
REQUESTS = (
    *({"seq": 1}, {"seq": 1, "batch": 3}, {"multi_last": ["cairn.log.>"], "batch": 3}, {"batch": 3, "no_wait": True}),
    {"last_by_subj": GOAL.on("cairn.log")},
    {"stream_name": LOG_STREAM, "config": _DELIVERED_THERE},
    {"stream_name": INTAKE, "config": {"name": "intake", "durable_name": "intake", **_DELIVERED_THERE}},
    {"name": LOG_STREAM, "subjects": ["cairn.log.>"], "republish": {"src": ">", "dest": "cairn.access.>"}},
    {"name": ACCESS, "subjects": [], "sources": [{"name": LOG_STREAM}]},
)
FORGED = {
    "Nats-Request-Info": '{"acc":"LOG","user":"log_operator"}',
    "cairn-principal": "e30",
    "ce-submittedby": "dana",
}


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployed]:
    """A server with every stream, and something in each."""
    folder = tmp_path_factory.mktemp("walked")
    server = await start(configuration(folder) / "server.conf", environment(folder, free_port()))
    async with connected(server, "goals", "intake", "reminders", "access", "gateway") as users:
        goals, intake, reminders, access, gateway = (user.nc for user in users)
        await declare_log(goals)
        await Log(goals).append(Append((event(GOAL, proposed()),), version=0, expected=0))
        snapshots = Snapshots(goals)
        await snapshots.declare()
        await snapshots.put({GOAL: b"folded"})
        await declare_care(goals)
        await declare_intake(intake)
        for prefix in (WAITING, REJECTIONS):
            await stored(intake, GOAL.on(prefix))
        await declare_notices(reminders)
        for subject in (GOAL.on("cairn.notice"), "cairn.reminder.mark"):
            await stored(reminders, subject)
        await access.jetstream(prefix="$JS.log.API").add_stream(access_config())
        await stored(gateway, f"{ACCESSES}.northside")
        assert not [user.refused for user in users if user.refused]
    operator = await connect(server.url("log_operator"), name="tests")
    await note_care(operator, "backed_up", LOG_STREAM, Verification(), "ada")
    await record_act(operator, Act("voided", LOG_STREAM, "ada", "a reason", 1, "ef" * 32, 1))
    somebody = Principal(id="dana", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"northside"}))
    await issue_token(operator, signing_key(folder, make=True), somebody, seconds=60, by="ada")
    await operator.close()
    notary = await connect(server.url("notary"), name="tests", log_api="$JS.log.API")
    made = NotaryAct(kind="founded", origin="records.clinic.example/tlog/abcdefgh-1", at=datetime.now(UTC))
    for _ in range(2):
        assert await record_notary_acts(notary, LOG_STREAM, (made,)) == (made,)
    await notary.close()
    yield server
    await server.kill()


async def stored(nc: ResilientClient, subject: str) -> None:
    answer = from_json((await nc.request(subject, b"[]", timeout=10)).data)
    assert "error" not in answer, answer


async def content(server: Deployed) -> Mapping[str, tuple[str, int, str]]:
    """Of each stream its settings, the number of its messages, and the hash of all that is in it."""
    found = {}
    async with connected(server, *CHANGING) as [log, others]:
        for stream, api in PLACES.items():
            nc = (log if api == "$JS.API" else others).nc

            async def ask(request: str, body: object = None, nc: ResilientClient = nc) -> dict[str, dict[str, object]]:
                reply = await nc.request(request, to_json(body) if body else b"", timeout=10)
                answer: dict[str, dict[str, object]] = from_json(reply.data)
                return answer

            about = await ask(f"{api}.STREAM.INFO.{stream}")
            messages = sha256()
            for position in range(1, int(str(about["state"]["last_seq"])) + 1):
                found_there = await ask(f"{api}.STREAM.MSG.GET.{stream}", {"seq": position})
                messages.update(to_json(found_there.get("message")))
            settings = sha256(to_json(about["config"])).hexdigest()
            found[stream] = (settings, int(str(about["state"]["messages"])), messages.hexdigest())
    return found


async def refused(user: User, what: str) -> set[str]:
    """The subjects that the server has refused a user so far, in lower case; with ` queue` behind those of a queue."""
    await flush(user.nc)
    pattern = re.compile(rf'permissions violation for {what} to "([^"]+)"(?: using queue "([^"]+)")?')
    found = (match for refusal in user.refused if (match := pattern.search(refusal)))
    return {f"{match[1]} {match[2] or ''}".strip() for match in found}


def test_every_user_of_the_configuration_has_a_row() -> None:
    assert {*ROWS, *CHANGING} == set(USERS)


@pytest.mark.parametrize("name", ROWS)
async def test_what_is_not_in_its_row_is_refused_and_nothing_is_stored(server: Deployed, name: str) -> None:
    before = await content(server)
    row = ROWS[name]
    async with connected(server, name) as [user]:
        for subject in every_subject():
            await user.nc.publish(subject, b"{}", headers=NOTHING_STORED)
        not_published = await refused(user, "publish")
        allowed = {subject for subject in every_subject() if subject.lower() not in not_published}
        assert allowed == {subject for subject in every_subject() if may_publish(row, subject)}
    after = await content(server)
    assert before.keys() == set(STREAMS)
    assert [stream for stream in changed(before, after) if (name, stream) != ("goals", SNAPSHOTS)] == []


@pytest.mark.parametrize("name", ROWS)
async def test_what_is_not_in_its_row_is_not_heard(server: Deployed, name: str) -> None:
    row = ROWS[name]
    tried = [(subject, queue) for subject in {*every_subject(), *WILDCARDS} for queue in ("", *QUEUES)]
    tried = [(subject, queue) for subject, queue in tried if not queue or "API" not in subject]
    async with connected(server, name) as [user]:
        for subject, queue in tried:
            await user.nc.subscribe(subject, queue=queue)
        not_heard = await refused(user, "subscription")
    allowed = {(subject, queue) for subject, queue in tried if f"{subject} {queue}".strip().lower() not in not_heard}
    assert allowed == {(subject, queue) for subject, queue in tried if may_hear(row, subject, queue)}


@pytest.mark.parametrize("name", ROWS)
async def test_no_answer_is_stored_wherever_it_is_sent(server: Deployed, name: str) -> None:
    """Whoever asks names the subject of the answer. It may be a stream's, or that of another request.

    With the streams of its own account a service can do that: it could write there anyway, and have them deleted too.
    """
    before, own = await content(server), OWN.get(name, set())
    replies = [reply for reply in ELSEWHERE if not reply.endswith(tuple(own))]
    subjects = [subject for subject in every_subject() if may_publish(ROWS[name], subject)]
    async with connected(server, name, *CHANGING) as [user, log, others]:
        for subject, (body, reply) in product(subjects, _together(tuple(map(to_json, REQUESTS)), replies)):
            await user.nc.publish(subject, body, reply=reply, headers={**NOTHING_STORED, **FORGED})
        await flush(user.nc)
        await settled(log.nc, others.nc)
    assert set(changed(before, await content(server))) <= own


def _together(requests: Sequence[bytes], replies: Sequence[str]) -> list[tuple[bytes, str]]:
    """Each request and each place of an answer, in a pair with some other.

    What a request brings about depends on the subject, and so does where its answer may go: not on each other.
    """
    return list(islice(zip(cycle(requests), cycle(replies)), max(len(requests), len(replies))))


async def settled(log: ResilientClient, others: ResilientClient) -> None:
    """Return when the server has answered what came before: each kind of request is answered in order."""
    for stream, api in PLACES.items():
        nc = log if api == "$JS.API" else others
        for request, body in (("STREAM.INFO", b""), ("DIRECT.GET", b'{"seq":1}'), ("STREAM.MSG.GET", b'{"seq":1}')):
            with suppress(NatsError):  # not every stream gives what it has to whoever asks directly
                await nc.request(f"{api}.{request}.{stream}", body, timeout=30)


def changed(before: Mapping[str, tuple[str, int, str]], after: Mapping[str, tuple[str, int, str]]) -> Iterable[str]:
    return [stream for stream in STREAMS if before[stream] != after[stream]]
