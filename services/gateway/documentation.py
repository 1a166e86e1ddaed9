"""What the OpenAPI description says about itself and of the answers that all endpoints have."""

from http import HTTPStatus
from typing import Any

from events.codes import CODES, KINDS
from services.gateway.access.operations import Operation
from services.gateway.problems import HTTP_STATUS, PROBLEM_JSON
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

_EDGE = (HTTPStatus.BAD_REQUEST, HTTPStatus.MISDIRECTED_REQUEST)
"""What is answered to a request for no host or another one, and to one with two tokens."""
_DOOR = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE)
"""What is answered to a request without a token that is accepted and reaches far enough."""

# Any below: OpenAPI documents are JSON.


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


def answers_at_the_door(operation: Operation) -> dict[str, Any]:
    """What every operation of its kind is answered, whatever it does itself."""
    answers = {str(status): answer for status, answer in problems(*_at_the_door(operation)).items()}
    if has_etag(operation):
        answers["304"] = {"description": "Nothing has changed since the answer that `If-None-Match` names."}
    return answers


def _at_the_door(operation: Operation) -> tuple[HTTPStatus, ...]:
    return _EDGE if operation.reading == "open" else (*_EDGE, *_DOOR)
