"""The AsyncAPI 3 document of every subject: FastStream's generator describes the channels, and what it leaves out is
put into it.

FastStream 0.7.8 leaves out the parameters of a subject, the headers, the reply and who may. It says of each message
that it has a header `correlation_id`, and puts NATS bindings where AsyncAPI has none.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from pydantic import TypeAdapter

from events.catalog import TYPES
from events.envelope import STRUCTURED, structured
from events.json_schemas import ENVELOPE, published_schemas
from events.samples import has_sample, sample_of
from services.access.callout.permissions import permissions
from services.access.policy import GRANTS
from services.access.principal import Principal, Role
from services.gateway.messages import headers
from services.gateway.messages.channel import Body, Channel
from services.gateway.messages.channels import CHANNELS
from services.gateway.messages.embedding import SCHEMAS, Document, embedded, schemas_in
from services.gateway.messages.running import broker_of_all

DESCRIPTION = """
What goes over NATS: submit goal events, hear what is recorded, be told of reviews, and read. Events are CloudEvents,
structured (a whole event as JSON) or binary (attributes as headers with the prefix `ce-`, the data as payload).

The subjects with the tag `public` are for those who build on Cairn. The others are those of its own services: they are
described for those who run it, and nobody else can reach them.
"""
VERSION = "1"
_NATS = "nats"
_BINDING_VERSION = "0.1.0"
# Any below: AsyncAPI documents are JSON.


def asyncapi_document() -> Document:
    """The document."""
    document: Document = (
        AsyncAPI(
            _described(),
            title="Cairn",
            version=VERSION,
            description=DESCRIPTION,
            schema_version="3.0.0",
        )
        .to_specification()
        .to_jsonable()
    )
    return _Completed(document).document


def _described() -> NatsBroker:
    """The subscribers and publishers of services, and beside them one for each channel that is not FastStream's."""
    broker = broker_of_all()
    for channel in CHANNELS:
        if channel.is_running:
            continue
        payload = channel.carries.type if isinstance(channel.carries, Body) else Any
        if channel.directions[0] == "receive":
            subscriber = broker.subscriber(
                channel.address, queue=channel.queue or "", title=channel.name, description=channel.says
            )
            subscriber(_hearing(payload))
        else:
            broker.publisher(channel.address, title=channel.name, description=channel.says, schema=payload)
    return broker


def _hearing(payload: Any) -> Callable[..., Awaitable[None]]:
    async def hear(message: Any) -> None:
        """Is never called."""

    hear.__annotations__["message"] = payload
    return hear


class _Completed:
    """Completes a document that FastStream has made."""

    def __init__(self, document: Document):
        self.document = document
        self._channels: Document = document["channels"]
        components = document["components"]
        self._messages: Document = components["messages"]
        self._schemas: Document = components["schemas"]
        self._schemas.update({name: embedded(name, schema) for name, schema in published_schemas().items()})
        self._schemas.update({name: deepcopy(dict(schema)) for name, schema in _HEADERS_OF.values()})
        document["servers"] = {_NATS: _SERVER}
        components["securitySchemes"] = deepcopy(_SECURITY)
        generated = {name: self._payload_of(name) for name in self._channels}
        self._messages.clear()
        for channel in CHANNELS:
            self._complete(channel, generated[channel.name])
        document["channels"] = {name: self._channels[name] for name in _in_order(self._channels)}
        self._leave_out_unused()

    def _payload_of(self, channel: str) -> Document:
        """What FastStream has found to be in the messages of a channel."""
        message = next(iter(self._channels[channel]["messages"].values()))
        name = message["$ref"].rpartition("/")[2]
        payload: Document = self._messages[name]["payload"]
        return payload

    def _complete(self, channel: Channel, generated: Document) -> None:
        of_channel, operation = self._channels[channel.name], self.document["operations"].pop(channel.name)
        of_channel.pop("bindings")
        of_channel["servers"] = [{"$ref": f"#/servers/{_NATS}"}]
        of_channel["parameters"] = {each: deepcopy(_PARAMETERS[each]) for each in _parameters(channel.address)}
        of_channel["tags"] = [{"name": "public" if channel.is_public else "house"}]
        if channel.stream is not None:
            of_channel["x-stream"] = channel.stream
        of_channel["messages"] = {
            name: self._reference(name, message) for name, message in self._carried(channel, generated)
        }
        if channel.reply is not None:
            self._channels[_reply_name(channel)] = {
                "address": None,
                "description": f"The reply subject of whoever asks on {channel.address}.",
                "messages": {channel.reply.name: self._answer(channel, channel.reply)},
            }
        for direction in channel.directions:
            name = channel.name if direction == channel.directions[0] else f"{channel.name}.{direction}"
            self.document["operations"][name] = self._operation(channel, {**operation, "action": direction})

    def _operation(self, channel: Channel, operation: Document) -> Document:
        receives = operation["action"] == "receive"
        carried = self._channels[channel.name]["messages"]
        operation["messages"] = [{"$ref": f"#/channels/{channel.name}/messages/{name}"} for name in carried]
        operation["summary"] = channel.says
        operation["security"] = [
            {"$ref": f"#/components/securitySchemes/{name}"}
            for name in (("user", "token") if channel.is_public else ("user",))
        ]
        if receives and channel.queue is not None:
            operation["bindings"] = {"nats": {"queue": channel.queue, "bindingVersion": _BINDING_VERSION}}
        if channel.reply is not None:
            answer = _reply_name(channel)
            operation["reply"] = {
                "channel": {"$ref": f"#/channels/{answer}"},
                "messages": [{"$ref": f"#/channels/{answer}/messages/{channel.reply.name}"}],
            }
        if channel.is_public:
            operation["x-roles"] = roles_at(channel)
        if channel.publishers or channel.hearers:
            operation["x-users"] = {"publish": list(channel.publishers), "subscribe": list(channel.hearers)}
        return operation

    def _carried(self, channel: Channel, generated: Document) -> Iterator[tuple[str, Document]]:
        if isinstance(channel.carries, Body):
            yield channel.carries.name, self._message(channel.carries, self._named(channel.carries.name, generated))
        elif channel.carries == "submitted":
            yield "CloudEvent", _STRUCTURED_MESSAGE
            for name in filter(has_sample, TYPES):
                yield f"submitted.{name}", _event_message(name, "submitted")
        else:
            of = "fed" if channel.name == "feed" else "recorded"
            for name in TYPES:
                yield f"{of}.{name}", _event_message(name, of)
        if channel.also is not None:
            yield channel.also.name, self._message(channel.also, {})

    def _named(self, name: str, generated: Document) -> Document:
        """A payload that FastStream has named by its channel, by the name that it has here."""
        of_channel = generated["$ref"].removeprefix(SCHEMAS)
        if ":" in of_channel:
            self._schemas[name] = {**self._schemas.pop(of_channel), "title": name}
            return {"$ref": f"{SCHEMAS}{name}"}
        return generated

    def _message(self, body: Body, generated: Document) -> Document:
        message: Document = {
            "name": body.name,
            "title": body.name,
            "contentType": body.content_type,
            "payload": deepcopy(generated if body.schema is None else dict(body.schema)),
        }
        return message if body.headers is None else {**message, "headers": deepcopy(dict(body.headers))}

    def _answer(self, channel: Channel, body: Body) -> Document:
        """The message of a reply: FastStream has described none, so its schema is made here."""
        schema = {} if body.schema is not None else self._schema_of(body)
        return self._reference(f"{channel.name}.{body.name}", self._message(body, schema))

    def _schema_of(self, body: Body) -> Document:
        schema = TypeAdapter(body.type).json_schema(ref_template=f"{SCHEMAS}{{model}}", mode="serialization")
        self._schemas.update(schema.pop("$defs", {}))
        self._schemas.setdefault(body.name, schema)
        return {"$ref": f"{SCHEMAS}{body.name}"}

    def _reference(self, name: str, message: Document) -> Document:
        self._messages[name] = message
        return {"$ref": f"#/components/messages/{name}"}

    def _leave_out_unused(self) -> None:
        """Take out the schemas to which nothing leads: those of bodies whose schema is a published one."""
        rest = {name: part for name, part in self.document.items() if name != "components"}
        used, found = set[str](), {*schemas_in(rest), *schemas_in(self._messages)}
        while found:
            used |= found
            found = {name for each in found for name in schemas_in(self._schemas[each])} - used
        # Sorted, as FastStream has them in another order each time.
        self.document["components"]["schemas"] = {name: self._schemas[name] for name in sorted(used)}


def roles_at(channel: Channel) -> list[Role]:
    """The roles that may publish there, or hear it, with a token of their own."""
    if channel.name == "read":
        return list(GRANTS)
    return [role for role in GRANTS if _may(role, channel)]


def _may(role: Role, channel: Channel) -> bool:
    patient = "patient" if role == "patient" else None
    somebody = Principal(
        id="somebody",
        kind="system" if role == "system" else "person",
        roles=frozenset({role}),
        orgs=frozenset({"org"}),
        patient=patient,
        speaks_for=frozenset({"system"}) if role == "system" else frozenset(),
    )
    found = permissions(somebody, "org")
    if found is None:
        return False
    subjects = found.publish if channel.directions[0] == "receive" else found.subscribe
    begins = channel.address.partition("{")[0]
    return any(subject.startswith(begins) for subject in subjects)


def _event_message(type_name: str, how: str) -> Document:
    message: Document = {
        "name": f"{how}.{type_name}",
        "title": type_name,
        "summary": (TYPES[type_name].__doc__ or "").strip().partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": f"{SCHEMAS}{_HEADERS_OF[how][0]}"},
                {"type": "object", "properties": {"ce-type": {"const": type_name}}},
            ]
        },
        "payload": {"$ref": f"{SCHEMAS}{type_name}"},
    }
    return message


def _parameters(subject: str) -> list[str]:
    return [token[1:-1] for token in subject.split(".") if token.startswith("{")]


def _reply_name(channel: Channel) -> str:
    return f"{channel.name}.reply"


def _in_order(channels: Document) -> Iterator[str]:
    for channel in CHANNELS:
        yield from (name for name in (channel.name, _reply_name(channel)) if name in channels)


_SERVER: Document = {
    "host": "127.0.0.1:4222",
    "protocol": "nats",
    "description": "The NATS server of `cairn up`. Elsewhere it is wherever your operator says.",
    "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in ("user", "token")],
}
_SECURITY: Document = {
    "user": {
        "type": "userPassword",
        "description": "A user of the NATS server, such as your organisation's. The token of the data folder of"
        " `cairn up` is one, too; whoever has it may submit for everybody.",
    },
    "token": {
        "type": "apiKey",
        "in": "password",
        "description": "An access token of Cairn's own issuer or of your OpenID Connect issuer. It decides which"
        " subjects may be published and heard: those of `x-roles`, within one organisation.",
    },
}
_PARAMETERS: Document = {
    "org": {"description": "The organisation: 1 to 64 letters, digits, hyphens or underscores."},
    "patient": {"description": "The patient's opaque id within the organisation, of the same letters."},
    "goal": {"description": "The goal's id, of the same letters; `plan` for the patient's plan."},
    "stream": {"description": "A stream of the log.", "default": "CAIRN_LOG"},
    "projection": {"description": "A projection, such as goal_state."},
    "kind": {"description": "What was done: `verified` or `backed_up`."},
}
_HEADERS_OF: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "submitted": ("SubmittedHeaders", headers.SUBMITTED),
    "recorded": ("RecordedHeaders", headers.RECORDED),
    "fed": ("FedHeaders", headers.FED),
}
_STRUCTURED_MESSAGE: Document = {
    "name": "CloudEvent",
    "title": "CloudEvent",
    "summary": "A whole event as JSON.",
    "contentType": STRUCTURED,
    "payload": {"$ref": f"{SCHEMAS}{ENVELOPE}"},
    "examples": [
        {"name": "a diary entry", "payload": structured(sample_of("cairn.goal.progress_logged.v1").event)},
    ],
}
