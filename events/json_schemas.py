"""The JSON Schemas that Cairn publishes (2020-12): one for each event's data, the envelope, and the outcome."""

from typing import get_args

from pydantic import TypeAdapter

from events.catalog import TYPES, Json, json_schema
from events.identity import TOKEN
from events.outcome import Outcome
from events.vocabulary import ActorRole, SubmitterRole

ENVELOPE = "cloudevent"
OUTCOME = "outcome"


SCHEMAS = (*TYPES, ENVELOPE, OUTCOME)
"""The names of the published schemas: the event types, `cloudevent` and `outcome`."""


def published_schemas() -> dict[str, Json]:
    """Every published schema by its name."""
    return {name: published_schema(name) for name in SCHEMAS}


def published_schema(name: str) -> Json:
    """One of the published schemas."""
    if name in TYPES:
        return json_schema(name)
    return {ENVELOPE: _envelope, OUTCOME: _outcome}[name]()


def _envelope() -> Json:
    token = TOKEN.pattern
    return {
        **_header(ENVELOPE),
        "description": "A CloudEvent 1.0 in structured mode, as it is offered to Cairn and as it is read back.",
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "minLength": 1, "maxLength": 200},
            "source": {"type": "string", "minLength": 1, "maxLength": 200},
            "type": {"type": "string", "pattern": "^cairn\\.(goal|plan)\\.[a-z_]+\\.v[1-9][0-9]*$"},
            "subject": {
                "description": "ORG.PATIENT.GOAL, or ORG.PATIENT.plan.",
                "type": "string",
                "pattern": f"^{token}\\.{token}\\.{token}$",
            },
            "time": {
                "description": "When it happened, with an offset.",
                "type": "string",
                "format": "date-time",
            },
            "actor": {"description": "An opaque id.", "type": "string", "minLength": 1, "maxLength": 200},
            "actorrole": {"enum": list(get_args(ActorRole))},
            "enteredby": {
                "description": "Who typed it in, where that was not the actor: an opaque id.",
                "type": "string",
                "maxLength": 200,
            },
            "expectedversion": {
                "description": "When offered: refuse the event unless the goal is at this version.",
                "type": "integer",
                "minimum": 0,
            },
            "datacontenttype": {
                "description": "JSON, by any of its names; application/json when it is missing.",
                "type": "string",
                "pattern": "^((application|text)/json|[^/;\\s]+/[^/;\\s]+\\+json)\\s*(;.*)?$",
            },
            "data": {
                "description": "It has the schema that is named by `type`; {} when it is missing.",
                "type": "object",
                "additionalProperties": True,
            },
            "data_base64": {
                "description": "When offered: the same as JSON in base64, in the place of `data`.",
                "type": "string",
                "contentEncoding": "base64",
                "contentMediaType": "application/json",
            },
            "version": {
                "description": "When read: how many events the goal has, this one included.",
                "type": "integer",
                "minimum": 1,
            },
            "position": {
                "description": "When read: its stream sequence in the log.",
                "type": "integer",
                "minimum": 1,
            },
            "recordedtime": {
                "description": "When read: when Cairn stored it.",
                "type": "string",
                "format": "date-time",
            },
            "causeversion": {
                "description": "When read: the version of the event of the same goal that it follows from.",
                "type": "integer",
                "minimum": 1,
            },
            "submittedby": {
                "description": "When read: the id of whoever submitted it, as Cairn knows them; cairn where it follows"
                " by itself. Events recorded before Cairn knew have none. When offered, it is left out.",
                "type": "string",
            },
            "submitterrole": {
                "description": "When read: the role in which it was submitted.",
                "enum": list(get_args(SubmitterRole)),
            },
        },
        "additionalProperties": {
            "description": "An extension attribute, which is kept as it comes.",
            "anyOf": [
                {"type": "string", "maxLength": 1000},
                {"type": "boolean"},
                {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
            ],
        },
        "propertyNames": {"pattern": "^([a-z0-9]{1,20}|data_base64)$"},
        "required": ["specversion", "id", "source", "type", "subject", "time", "actor", "actorrole"],
    }


def _outcome() -> Json:
    adapter: TypeAdapter[Outcome] = TypeAdapter(Outcome)
    return {**_header(OUTCOME), **adapter.json_schema(mode="serialization"), "title": OUTCOME}


def _header(name: str) -> Json:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:cairn:schema:{name}",
        "title": name,
    }
