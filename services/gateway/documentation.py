"""The OpenAPI description: what problems and events look like in it, and what it says about itself."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from events.codes import CODES, KINDS
from events.json_schemas import ENVELOPE, published_schemas
from services.gateway.access.operations import OPERATIONS
from services.gateway.fhir_documentation import type_fhir_answers
from services.gateway.problems import HTTP_STATUS, PROBLEM_JSON, Problem
from services.gateway.unchanged import has_etag

DESCRIPTION = """
Submit goal events, read what they add up to, and follow them live. Lists are `{"items": […], "next": cursor or null}`;
pass `next` as `cursor` for the page after. `min_position` on any read waits until your own write is in it. Every
failure is a problem detail (RFC 9457) with a `code`. Whatever is read by GET takes HEAD as well. What is told about
patients has an ETag: sent as `If-None-Match`, it is answered with 304 while nothing has changed.

Who asks is known by a bearer token, in the header Authorization. Templates, health and this description need none.
"""

CLOUD_EVENT = {"$ref": "#/components/schemas/CloudEvent"}
"""A whole event, as the published schema `cloudevent` has it."""

_SCHEME = "bearer"
_EDGE = (HTTPStatus.BAD_REQUEST, HTTPStatus.MISDIRECTED_REQUEST)
"""What is answered to a request for no host or another one, and to one with two tokens."""
_DOOR = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE)
"""What is answered to a request without a token that is accepted and reaches far enough."""

# Any below: OpenAPI documents are JSON, and FastAPI types them so.


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem responses of an endpoint."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _meaning(status), "content": content} for status in statuses}


def _meaning(status: int) -> str:
    """What a status says, in the words of the kinds of codes that it answers, and which codes these are."""
    if status == HTTPStatus.BAD_REQUEST:
        return "The request names no host or several, or more than one token. One of `http.host`, `request.invalid`."
    kinds = [kind for kind, answered in HTTP_STATUS.items() if answered == status]
    codes = [f"`{code.name}`" for code in CODES.values() if not set(kinds).isdisjoint(code.kinds)]
    retry = " `Retry-After` says when to try again." if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    return f"{' '.join(KINDS[kind] for kind in kinds)}{retry} One of {', '.join(codes)}."


def describe(app: FastAPI) -> None:
    """Let the application's OpenAPI document define what its bodies and responses refer to."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        template = "#/components/schemas/{model}"
        definition = Problem.model_json_schema(mode="serialization", ref_template=template)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(definition.pop("$defs", {}))
        schemas["Problem"] = definition
        schemas["CloudEvent"] = _cloud_event()
        _say_who_may_ask(document)
        type_fhir_answers(document)
        return document

    # FastAPI's documented way of extending the document is to put a function in the place of this method.
    app.openapi = openapi  # type: ignore[method-assign]


def _say_who_may_ask(document: dict[str, Any]) -> None:
    """Say of each operation whether it takes a token, and what is answered where none is sent, or it does not reach."""
    document["components"]["securitySchemes"] = {_SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for operation in OPERATIONS:
        described = document["paths"].get(operation.path, {}).get(operation.method.lower())
        if described is None:
            continue
        is_open = operation.reading == "open"
        described["security"] = [] if is_open else [{_SCHEME: []}]
        statuses = _EDGE if is_open else (*_EDGE, *_DOOR)
        answers = {str(status): answer for status, answer in problems(*statuses).items()}
        if has_etag(operation):
            answers["304"] = {"description": "Nothing has changed since the answer that `If-None-Match` names."}
        described["responses"] = {**answers, **described["responses"]}


def _cloud_event() -> dict[str, Any]:
    """The published schema of an event, as a part of an OpenAPI document.

    Extensions are open here: generators of typed clients hold every attribute, `data` too, against their type.
    """
    schema = {word: said for word, said in published_schemas()[ENVELOPE].items() if word not in ("$schema", "$id")}
    return {**schema, "additionalProperties": True}
