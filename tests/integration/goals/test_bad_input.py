"""Whatever a bare NATS client sends, it is answered with a code and a sentence, and the log is as it was."""

import json
from collections.abc import Mapping

import pytest

from events.envelope import MAX_EVENT_BYTES
from events.identity import SUBMIT
from events.log import Log
from events.log.client.resilient import ResilientClient

pytestmark = pytest.mark.usefixtures("goals_service")

Json = dict[str, object]

EVENT: Json = {
    "specversion": "1.0",
    "id": "e1",
    "source": "urn:bare",
    "type": "cairn.plan.opened.v1",
    "time": "2026-03-02T12:00:00Z",
    "actor": "c1",
    "actorrole": "clinician",
    "data": {"reasons": [], "clinician": "c1"},
}
HEADERS = {f"ce-{name}": str(value) for name, value in EVENT.items() if name != "data"}
OPENED = json.dumps(EVENT["data"]).encode()
SCHEMA, TYPE, IDENTITY = "event.invalid", "event.unknown_type", "identity.mismatch"


def whole(**changed: object) -> bytes:
    return json.dumps({**EVENT, **changed}).encode()


async def sent(nc: ResilientClient, subject: str, body: bytes, headers: Mapping[str, str] | None = None) -> Json:
    """The answer, as any client in any language gets it."""
    reply = await nc.request(subject, body, timeout=20, headers=dict(headers) if headers else None)
    answer: Json = json.loads(reply.data)
    return answer


STRUCTURED: dict[str, tuple[str, bytes]] = {
    "nothing": (SCHEMA, b""),
    "no JSON": (SCHEMA, b"hello"),
    "half an object": (SCHEMA, b'{"specversion":'),
    "a null byte": (SCHEMA, b"\x00"),
    "bytes that are no UTF-8": (SCHEMA, b"\xff\xfe{}"),
    "a list": (SCHEMA, b"[]"),
    "no attributes": (SCHEMA, b"{}"),
    "ten megabytes": (SCHEMA, b" " * 10_000_000 + whole()),
    "one byte too many": (SCHEMA, whole() + b" " * (MAX_EVENT_BYTES - len(whole()) + 1)),
    "a long text": (SCHEMA, whole(data={"reasons": [], "clinician": "x" * 200_000})),
    "a deep nesting": (SCHEMA, b'{"data":' + b"[" * 100_000),
    "a deep but whole nesting": (SCHEMA, b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    "a null byte in a text": (SCHEMA, whole(data={"reasons": [], "clinician": "a\x00b"})),
    "a null byte in the id": (SCHEMA, whole(id="a\x00b")),
    "half a character": (SCHEMA, whole().replace(b'"clinician": "c1"', b'"clinician": "\\ud83d"')),
    "a number beyond measure": (SCHEMA, whole().replace(b"[]", b"[" + b"9" * 5000 + b"]")),
    "not a number": (SCHEMA, whole().replace(b"[]", b"[NaN]")),
    "a naive datetime": (SCHEMA, whole(time="2026-03-02T12:00:00")),
    "a date for an instant": (SCHEMA, whole(time="2026-03-02")),
    "an instant to come": ("time.future", whole(time="2999-01-01T00:00:00Z")),
    "the first instant there is": (SCHEMA, whole(time="0001-01-01T00:00:00+14:00")),
    "the last instant there is": ("time.future", whole(time="9999-12-31T23:59:59-14:00")),
    "another CloudEvents": (SCHEMA, whole(specversion="0.3")),
    "a version that is none": (SCHEMA, whole(expectedversion="latest")),
    "a role that is none": (SCHEMA, whole(actorrole="doctor")),
    "data that is text": (SCHEMA, whole(data="hello")),
    "data in base64": (
        SCHEMA,
        json.dumps({k: v for k, v in EVENT.items() if k != "data"} | {"data_base64": "e30="}).encode(),
    ),
    "XML": (SCHEMA, whole(datacontenttype="application/xml")),
    "an attribute that cannot be": (SCHEMA, whole(**{"Trace-Id": "x"})),
    "a field that nobody knows": (SCHEMA, whole(data={"reasons": [], "clinician": "c1", "wish": "x"})),
    "a type that nobody knows": (TYPE, whole(type="cairn.plan.open.v1")),
    "a type of tomorrow": (TYPE, whole(type="cairn.plan.opened.v2")),
    "a subject of its own": (IDENTITY, whole(subject="other.pt-1.plan")),
    "a subject that is none": (IDENTITY, whole(subject="northside")),
    "a goal's event for a plan": (IDENTITY, whole(type="cairn.goal.agreed.v1", data={})),
    "a plan that is not there": ("plan.missing", whole(type="cairn.plan.closed.v1", data={"reason": "x"})),
    "a version that is not current": ("version.conflict", whole(expectedversion=7)),
}


@pytest.mark.parametrize(("code", "body"), STRUCTURED.values(), ids=STRUCTURED)
async def test_one_json_object(nc: ResilientClient, log: Log, org: str, code: str, body: bytes) -> None:
    await refused(nc, log, f"{SUBMIT}.{org}.pt-1.plan", body, None, code)


BINARY: dict[str, tuple[str, dict[str, str], bytes]] = {
    "no body": (SCHEMA, HEADERS, b""),
    "no JSON": (SCHEMA, HEADERS, b"hello"),
    "a null byte": (SCHEMA, HEADERS, b"\x00"),
    "a deep nesting": (SCHEMA, HEADERS, b"[" * 100_000),
    "ten megabytes": (SCHEMA, HEADERS, b" " * 10_000_000),
    "a naive datetime": (SCHEMA, {**HEADERS, "ce-time": "2026-03-02T12:00:00"}, OPENED),
    "an encoded null byte": (SCHEMA, {**HEADERS, "ce-id": "a%00b"}, OPENED),
    "an encoding that is none": (SCHEMA, {**HEADERS, "ce-actor": "%"}, b"{}"),
    "no id": (SCHEMA, {name: value for name, value in HEADERS.items() if name != "ce-id"}, OPENED),
    "XML": (SCHEMA, {**HEADERS, "content-type": "application/xml"}, OPENED),
    "a long header": (SCHEMA, {**HEADERS, "ce-source": "x" * 100_000}, OPENED),
    "a thousand headers": (SCHEMA, {**HEADERS, **{f"ce-x{number}": "y" for number in range(1000)}}, OPENED),
    "a type that nobody knows": (TYPE, {**HEADERS, "ce-type": "nonsense"}, OPENED),
    "a subject of its own": (IDENTITY, {**HEADERS, "ce-subject": "other.pt-1.plan"}, OPENED),
    "headers that mean nothing here": (SCHEMA, {"x-trace": "1", "Status": "503", "correlation_id": ""}, b""),
}


@pytest.mark.parametrize(("code", "headers", "body"), BINARY.values(), ids=BINARY)
async def test_attributes_in_headers(
    nc: ResilientClient, log: Log, org: str, code: str, headers: dict[str, str], body: bytes
) -> None:
    await refused(nc, log, f"{SUBMIT}.{org}.pt-1.plan", body, headers, code)


@pytest.mark.parametrize(
    "subject", ["x", "x.y", "x.y.z.w", "x.y.ž", "x.y.a$b", f"x.y.{'z' * 65}", "x.y.{z}", "x.y.z%20"]
)
async def test_subjects_that_name_no_goal(nc: ResilientClient, log: Log, subject: str) -> None:
    await refused(nc, log, f"{SUBMIT}.{subject}", whole(), None, IDENTITY)


async def refused(
    nc: ResilientClient, log: Log, subject: str, body: bytes, headers: Mapping[str, str] | None, code: str
) -> None:
    """It is answered with the code and a sentence, and nothing was recorded."""
    before = await log.head()

    answer = await sent(nc, subject, body, headers)

    assert (answer["status"], answer["code"]) == ("rejected", code)
    detail = str(answer["detail"])
    assert detail.isprintable()
    assert 20 < len(detail) < 600
    assert detail[-1] in ".!?"
    assert await log.head() == before


async def test_what_was_refused_is_in_nobodys_way(nc: ResilientClient, org: str) -> None:
    subject = f"{SUBMIT}.{org}.pt-1.plan"
    for body in (b"hello", whole(type="nonsense"), whole(data={})):
        await sent(nc, subject, body)

    answer = await sent(nc, subject, OPENED, HEADERS)

    assert answer["status"] == "recorded"


async def test_an_answer_repeats_nothing_of_what_a_patient_wrote(nc: ResilientClient, org: str) -> None:
    secret = "I relapsed on Tuesday"
    data = {"statement": "x", "kind": secret, "horizon": secret, "smart": {"measure": secret}}

    answer = await sent(
        nc, f"{SUBMIT}.{org}.pt-1.walk", whole(type="cairn.goal.proposed.v1", data=data, actorrole="patient")
    )

    assert answer["code"] == SCHEMA
    assert secret not in json.dumps(answer)
