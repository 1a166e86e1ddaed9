"""JSON answers, written at once: what queries return is JSON already and need not be checked again."""

from collections.abc import Mapping

from pydantic_core import to_json
from starlette.responses import Response


def json_answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The content as `application/json`."""
    return Response(to_json(content), status, headers=headers, media_type="application/json")


def written_answer(json: bytes, headers: Mapping[str, str] | None = None) -> Response:
    """What is JSON already, as `application/json`."""
    return Response(json, headers=headers, media_type="application/json")
