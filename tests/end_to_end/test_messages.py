"""What really goes over NATS is as the AsyncAPI document describes it: every message of a while, whoever sends it."""

import asyncio
import re
from typing import Any

import httpx
import jsonschema
import nats
import pytest
from nats.aio.msg import Msg
from pydantic_core import from_json, to_json

from events.envelope import structured
from events.identity import INTAKE, SUBMIT
from events.samples import sample_of
from services.gateway.messages.asyncapi import asyncapi_document
from services.gateway.messages.channels import CHANNELS
from tests.builders import as_bytes, entry, event
from tests.end_to_end.node import RunningNode
from tests.waiting import eventually

DOCUMENT = asyncapi_document()
HEARD = frozenset(
    {
        *("submit", "intake", "waiting", "outcome", "rejected", "forwarded", "log", "feed", "read"),
        *("checkpoint", "replaced", "access", "alarm_set", "notice"),
    }
)
"""What surely comes when a goal is worked on, with a review that is overdue."""
_ADDRESSES = {
    channel.name: re.compile(re.sub(r"\\\{\w+\\\}", r"[A-Za-z0-9_-]+", re.escape(channel.address)))
    for channel in CHANNELS
}

# Any below: JSON, for a test to look into.


@pytest.fixture(scope="module")
def patient() -> str:
    return "pt-messages"


async def test_every_message_is_on_a_subject_of_the_document_and_as_it_says(
    node: RunningNode, http: httpx.AsyncClient, patient: str
) -> None:
    heard: list[Msg] = []

    async def hear(message: Msg) -> None:
        heard.append(message)

    client = await nats.connect(node.nats_url)
    try:
        await client.subscribe("cairn.>", cb=hear)
        await client.flush()
        last, before = sample_of("cairn.goal.milestone_met.v1", patient)
        for each in (*before, last):
            answer = await client.request(each.goal_id.on(SUBMIT), to_json(structured(each)), timeout=20)
            _check({"$ref": "#/components/schemas/outcome"}, from_json(answer.data))
        goal = last.goal_id
        left = event(goal, entry("left", last.time.date()), actor=patient)
        refused = event(goal, entry("left", last.time.date()), actor=patient)
        for each in (left, refused):
            acknowledged = await client.request(goal.on(INTAKE), as_bytes(each), timeout=20)
            _check(_payload("intake.reply", "Acknowledgement"), from_json(acknowledged.data))
        posted = event(goal, entry("posted", last.time.date()), actor=patient)
        assert (await http.post("/v1/events", json=structured(posted))).status_code == 201
        path = f"/v1/orgs/{goal.org}/patients/{patient}/goals/{goal.goal}"
        answer = await client.request("cairn.read", path.encode(), timeout=20)
        _check(_headers("read.reply", "Answer"), dict(answer.headers or {}))

        async def all_of_them() -> bool:
            return {_channel(each) for each in heard} >= HEARD

        await eventually(all_of_them)
        await asyncio.sleep(1.5)  # for what is repeated each second
    finally:
        await client.close()

    for message in heard:
        _check_message(message)


def _check_message(message: Msg) -> None:
    """Check a message against what the document says of its subject."""
    name = _channel(message)
    channel = DOCUMENT["channels"][name]
    headers = dict(message.headers or {})
    for reference in channel["messages"].values():
        described = DOCUMENT["components"]["messages"][reference["$ref"].rpartition("/")[2]]
        if described["title"].startswith("cairn.") != ("ce-type" in headers and name in ("submit", "log", "feed")):
            continue
        if described["title"].startswith("cairn.") and described["title"] != headers["ce-type"]:
            continue
        if name != "read":  # whoever holds the keys of the house needs no token
            _check(described.get("headers", {}), headers)
        is_json = described["contentType"].endswith("json")
        _check(described["payload"], from_json(message.data or b"null") if is_json else message.data.decode())
        return
    raise AssertionError(f"{message.subject} has no message as the document describes it: {headers}")


def _channel(message: Msg) -> str:
    """The channel of a subject; there is one and no more."""
    (name,) = [name for name, address in _ADDRESSES.items() if address.fullmatch(message.subject)]
    return name


def _payload(channel: str, name: str) -> Any:
    return _resolved(DOCUMENT["channels"][channel]["messages"][name])["payload"]


def _headers(channel: str, name: str) -> Any:
    return _resolved(DOCUMENT["channels"][channel]["messages"][name])["headers"]


def _resolved(reference: Any) -> Any:
    return DOCUMENT["components"]["messages"][reference["$ref"].rpartition("/")[2]]


def _check(schema: Any, told: object) -> None:
    jsonschema.validate(told, {**schema, "components": DOCUMENT["components"]})
