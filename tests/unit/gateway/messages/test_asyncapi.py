"""The AsyncAPI document: it has every subject of the house and no other, and says what FastStream leaves out."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from jsonschema import Draft202012Validator

import events
from events.catalog import TYPES
from events.identity import INTAKE, OUTCOME, SUBMIT
from events.json_schemas import SCHEMAS, published_schema
from events.log.comparison import GOALS
from events.samples import has_sample
from services.access.callout.permissions import permissions
from services.access.principal import Principal
from services.gateway.messages.asyncapi import asyncapi_document, roles_at
from services.gateway.messages.channel import Channel
from services.gateway.messages.channels import CHANNELS
from services.gateway.messages.embedding import Document
from services.intake.streams import intake_config, rejected_config
from services.reminders.stream import alarms_config, notices_config
from tests.integration.deploy.rows import LOG_STREAM, ROWS, may_hear, may_publish

HOUSE = Path(events.__file__).parents[1]
DOCUMENT = asyncapi_document()
PREFIXES = {channel.address.partition(".{")[0]: channel for channel in CHANNELS}
OPERATORS = frozenset({"log_operator"})
"""Who may do all that a service may not (deploy/nats)."""
_WORDS = re.compile(r"cairn(?:\.[a-z_-]+)+")

# Any below: JSON, for a test to look into.


def subjects_of(text: str) -> set[str]:
    """What stands in a configuration of nats-server as a subject of Cairn's, without organisations and wildcards."""
    found = {
        ".".join(part for part in each.split(".") if part not in ("northside", "org")) for each in _WORDS.findall(text)
    }
    return found - {"cairn.md"}


def test_every_subject_that_the_servers_configuration_names_is_in_it() -> None:
    named = set[str]()
    for file in ("accounts.conf", "northside.conf"):
        lines = (HOUSE / "deploy" / "nats" / file).read_text().splitlines()
        named |= subjects_of("\n".join(line.partition("#")[0] for line in lines))

    assert named, "the configuration names subjects"
    prefixes = {each.removesuffix(".goals").removesuffix(f".{GOALS}") for each in named}
    assert prefixes - {*PREFIXES, "cairn.health"} == set()


def test_so_is_every_subject_of_every_stream() -> None:
    kept = {
        subject.partition(".*")[0]
        for config in (intake_config(), rejected_config(), notices_config(), alarms_config())
        for subject in config.subjects or ()
    }

    assert kept <= set(PREFIXES)


def test_so_is_every_subject_that_the_code_writes_down() -> None:
    """A subject is a constant of a module; loggers, types of events and what traces call things are named alike."""
    written = {name for folder in ("events", "projections", "services") for name in _constants(HOUSE / folder)}

    assert {"cairn.read", "cairn.checkpoint", "cairn.reminder.set", "cairn.health.goals"} <= written
    assert written - set(PREFIXES) == {
        "cairn.set_aside",  # of a stream that is closed; nobody publishes there
        "cairn.projections",  # the entry points of projections
        "cairn.principal",  # where ASGI keeps who asks
        "cairn.refused_page",  # where it keeps how a refusal is a page
        "cairn.health",  # what the subjects of the services begin with
        "cairn.purpose",  # where click keeps it
        "cairn.log.unreadable",  # events of the stream of /v1/feed
        "cairn.log.replaced",
        "cairn.access.not_recorded",
        "cairn.access.ended",
    }


def _constants(folder: Path) -> Iterator[str]:
    """What is assigned to names of modules, and looks like a subject."""
    for path in folder.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            # What a function is given is no subject: it is mostly the name of a logger.
            if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Call):
                for each in ast.walk(node.value):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str) and _WORDS.fullmatch(each.value):
                        yield each.value


def test_nothing_else_is_in_it() -> None:
    addresses = [each["address"] for each in DOCUMENT["channels"].values() if each["address"] is not None]

    assert addresses == [channel.address for channel in CHANNELS]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_a_channel_says_what_each_part_of_its_subject_is(channel: Channel) -> None:
    described = DOCUMENT["channels"][channel.name]

    assert [f"{{{name}}}" for name in described["parameters"]] == re.findall(r"\{\w+\}", channel.address)
    assert all(each["description"] for each in described["parameters"].values())


@pytest.mark.parametrize(
    ("channel", "required"),
    [
        ("submit", {"ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "ce-actor", "ce-actorrole"}),
        ("outcome", {"cairn-intake-sequence"}),
        ("feed", {"ce-type", "ce-version", "Nats-Stream", "Nats-Sequence"}),
        ("notice", {"ce-type", "ce-id"}),
        ("read", {"authorization"}),
        ("read.reply", {"status", "content-type"}),
        ("rejected", {"cairn-code", "cairn-detail", "cairn-principal"}),
        ("forwarded", {"cairn-principal"}),
    ],
)
def test_a_message_says_which_headers_it_always_has(channel: str, required: set[str]) -> None:
    messages = [_resolved(each) for each in DOCUMENT["channels"][channel]["messages"].values()]
    headers = [
        _resolved(each["headers"]["allOf"][0] if "allOf" in each["headers"] else each["headers"])
        for each in messages
        if "headers" in each
    ]

    assert headers
    assert all(required <= set(each["required"]) <= set(each["properties"]) for each in headers)


def test_whoever_asks_is_told_what_comes_back() -> None:
    asked = {name for name, operation in DOCUMENT["operations"].items() if "reply" in operation}

    assert {"submit", "intake", "read", "void", "health", "compare", "forwarded"} <= asked
    for name in asked:
        reply = DOCUMENT["operations"][name]["reply"]
        assert _resolved(reply["channel"])["address"] is None
        assert all(_resolved(_resolved(each))["payload"] for each in reply["messages"])


def test_there_is_a_message_for_each_event_type() -> None:
    submitted = set(DOCUMENT["channels"]["submit"]["messages"])
    fed = set(DOCUMENT["channels"]["feed"]["messages"])

    assert submitted == {"CloudEvent", *(f"submitted.{name}" for name in TYPES if has_sample(name))}
    assert fed == {f"fed.{name}" for name in TYPES}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_payload_is_the_published_schema(name: str) -> None:
    """But for what names the schema, under which a reference would be looked up elsewhere."""
    embedded = dict(DOCUMENT["components"]["schemas"][name])
    assert embedded.pop("x-published-at") == f"/v1/schemas/{name}"

    published = {word: said for word, said in published_schema(name).items() if word not in ("$schema", "$id")}
    assert json.loads(json.dumps(embedded).replace(f"#/components/schemas/{name}/$defs/", "#/$defs/")) == published


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for reference in _references(DOCUMENT):
        assert _resolved({"$ref": reference}) is not None
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert "correlationId" not in json.dumps(DOCUMENT)


def test_who_may_is_what_the_server_lets_them() -> None:
    may = {channel.name: roles_at(channel) for channel in CHANNELS if channel.is_public}

    assert may["submit"] == may["intake"] == may["outcome"] == ["patient", "clinician", "supervisor", "system"]
    assert "dashboard" not in may["feed"]
    assert "dashboard" in may["notice"]
    clinician = permissions(
        Principal(id="c", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({"o"})), "o"
    )
    assert clinician is not None
    assert set(clinician.publish) == {f"{SUBMIT}.o.>", f"{INTAKE}.o.>"}
    assert f"{OUTCOME}.o.>" in clinician.subscribe
    for channel in CHANNELS:
        operation = DOCUMENT["operations"][channel.name]
        assert operation.get("x-roles") == may.get(channel.name)
        assert {each["$ref"].rpartition("/")[2] for each in operation["security"]} == (
            {"user", "token"} if channel.is_public else {"user"}
        )


@pytest.mark.parametrize("channel", [each for each in CHANNELS if not each.is_public], ids=lambda each: each.name)
def test_the_users_at_a_subject_of_the_house_are_those_that_the_server_admits(channel: Channel) -> None:
    address = channel.address.replace("{stream}", LOG_STREAM).replace("{kind}", "verified")
    subject = re.sub(r"\{\w+\}", "a", address)
    subjects = {subject, re.sub(r"\{\w+\}", "a", address.replace("{projection}", GOALS))}

    may = {user for user, row in ROWS.items() if any(may_publish(row, each) for each in subjects)}
    assert may == set(channel.publishers) - OPERATORS
    assert {user for user, row in ROWS.items() if may_hear(row, subject, channel.queue or "")} == set(channel.hearers)


def test_a_queue_is_a_binding_of_the_operation_as_asyncapi_has_it() -> None:
    assert DOCUMENT["operations"]["submit"]["bindings"] == {"nats": {"queue": "goals", "bindingVersion": "0.1.0"}}
    assert all("bindings" not in channel for channel in DOCUMENT["channels"].values())


def test_it_is_the_same_each_time() -> None:
    assert json.dumps(asyncapi_document()) == json.dumps(DOCUMENT)


def test_faststream_leaves_out_what_is_put_into_it() -> None:
    """When this fails, FastStream does it itself by now, and less has to be completed."""
    broker = NatsBroker()

    async def hear(message: str) -> int:
        return 0

    broker.subscriber("cairn.submit.{org}.{goal}", title="submit")(hear)
    document = AsyncAPI(broker, schema_version="3.0.0").to_specification().to_jsonable()

    assert "parameters" not in document["channels"]["submit"]
    assert "reply" not in document["operations"]["submit"]
    (message,) = document["components"]["messages"].values()
    assert "headers" not in message
    assert message["correlationId"] == {"location": "$message.header#/correlation_id"}


def _resolved(part: Any) -> Any:
    if (reference := part.get("$ref")) is None:
        return part
    found: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return _resolved(found)


def _references(part: Document | list[Any] | str | Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _references(each)
    elif isinstance(part, dict):
        for word, said in part.items():
            if word == "$ref" and isinstance(said, str):
                yield said
            else:
                yield from _references(said)
