"""The AsyncAPI document as people read it: each subject with what goes over it, its headers, its reply and who may."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from services.gateway.pages.developers.schema_tables import Table, table_of

if TYPE_CHECKING:
    from services.gateway.pages.language import Language

Document = Mapping[str, Any]  # Any: JSON
_EVENT = "cairn."


class Carried(NamedTuple):
    """A kind of message on a subject.

    Attributes:
        name: What it is called; empty for an event of any type in binary mode.
        content_type: As what it is sent.
        headers: The fields of its headers; None where it needs none.
        fields: The fields of its payload; None where it has a schema elsewhere, or is anything.
        schema: The published schema of its payload.
        says: What its payload is, in English.
    """

    name: str
    content_type: str
    headers: Table | None
    fields: Table | None
    schema: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of NATS.

    Attributes:
        is_public: Whether it is for those who build on Cairn.
        receives: Whether Cairn hears it.
        sends: Whether Cairn sends there.
        roles: Who may publish there, or hear it, with a token.
        publish: The users of the NATS server that publish there.
        subscribe: The users that hear it.
        parameters: What stands for each part of the subject, in English.
        carried: What goes over it.
        reply: What comes back.
    """

    name: str
    address: str
    says: str
    is_public: bool
    receives: bool
    sends: bool
    roles: Sequence[str]
    publish: Sequence[str]
    subscribe: Sequence[str]
    queue: str | None
    stream: str | None
    parameters: Mapping[str, str]
    carried: Sequence[Carried]
    reply: Sequence[Carried]


def subjects(document: Document, language: "Language") -> list[Subject]:
    """Every subject of the document, those for integrators first."""
    return [_subject(document, name, language) for name, channel in document["channels"].items() if channel["address"]]


def _subject(document: Document, name: str, language: "Language") -> Subject:
    channel = document["channels"][name]
    operations = [each for each in document["operations"].values() if each["channel"]["$ref"] == f"#/channels/{name}"]
    users: Document = next((each["x-users"] for each in operations if "x-users" in each), {})
    queues = (each["bindings"]["nats"]["queue"] for each in operations if "bindings" in each)
    actions = {each["action"] for each in operations}
    reply = next((each["reply"]["channel"] for each in operations if "reply" in each), None)
    return Subject(
        name=name,
        address=channel["address"],
        says=channel["description"],
        is_public=channel["tags"] == [{"name": "public"}],
        receives="receive" in actions,
        sends="send" in actions,
        roles=next((each["x-roles"] for each in operations if "x-roles" in each), ()),
        publish=users.get("publish", ()),
        subscribe=users.get("subscribe", ()),
        queue=next(queues, None),
        stream=channel.get("x-stream"),
        parameters={each: said["description"] for each, said in channel.get("parameters", {}).items()},
        carried=list(_carried(document, channel, language)),
        reply=[] if reply is None else list(_carried(document, _at(document, reply), language)),
    )


def _carried(document: Document, channel: Document, language: "Language") -> Iterator[Carried]:
    """The messages of a channel; those of the event types are told once, as they differ in their payload alone."""
    told = False
    for reference in channel["messages"].values():
        message = _at(document, reference)
        is_event = message["title"].startswith(_EVENT)
        if not (is_event and told):
            yield _message(document, message, is_event, language)
        told = told or is_event


def _message(document: Document, message: Document, is_event: bool, language: "Language") -> Carried:
    payload = _at(document, message["payload"])
    headers = _headers(document, message)
    published = payload.get("x-published-at")
    return Carried(
        "" if is_event else message["name"],
        message["contentType"],
        None if headers is None else table_of(headers, language),
        table_of(payload, language) if "properties" in payload and published is None else None,
        None if is_event else published,
        "" if is_event or published else payload.get("description", "").partition("\n\n")[0],
    )


def _headers(document: Document, message: Document) -> Document | None:
    headers = message.get("headers")
    return None if headers is None else _at(document, headers["allOf"][0] if "allOf" in headers else headers)


def _at(document: Document, part: Document) -> Document:
    """A part of the document, or what it refers to."""
    if (reference := part.get("$ref")) is None:
        return part
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return _at(document, found)
