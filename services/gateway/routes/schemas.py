"""GET /v1/schemas: the published JSON Schemas of everything that can be sent and read."""

from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response

from events.catalog import TYPES, UPCASTS, versions_of
from events.json_schemas import SCHEMAS, published_schema, published_schemas
from events.vocabulary import ActorRole
from services.access.policy import roles_acting_in
from services.gateway.answers import written_answer
from services.gateway.documentation import problems
from services.gateway.models import ListOf
from services.gateway.problems import HTTP_STATUS, RequestRefused
from services.gateway.routing import Path, Router

SCHEMA_JSON = "application/schema+json"

router = Router(prefix="/v1/schemas", tags=["read"])

SchemaName = Annotated[
    str, Path(description="An event type, `cloudevent` or `outcome`.", examples=["cairn.goal.revised.v1"])
]


class SchemaEntry(BaseModel):
    """A published schema in the list."""

    model_config = ConfigDict(defer_build=True, extra="forbid")

    name: str
    says: str = Field(description="What it is about: the first line of its description.")
    versions: list[str] = Field(
        description="Of an event type: every version that is taken, the oldest first and the current one last."
    )
    roles: list[ActorRole] = Field(
        description="Of an event type: in which roles somebody acts in it. None for what only operators have recorded."
    )


class SchemaList(ListOf[SchemaEntry]):
    """All published schemas: the event types in the order in which things happen, `cloudevent` and `outcome`."""


@router.get("", summary="The published schemas", response_model=None, responses={200: {"model": SchemaList}})
async def schemas() -> Response:
    """Every event type in its current version, the event around it, and the answer to a submission."""
    return written_answer(_listed())


@cache  # To make all schemas takes 30 ms, and they are always the same.
def _listed() -> bytes:
    found = [
        {
            "name": name,
            "says": schema.get("description", "").partition("\n")[0],
            "versions": versions_of(name) if name in TYPES else [],
            "roles": roles_acting_in(name),
        }
        for name, schema in published_schemas().items()
    ]
    return to_json({"items": found, "next": None})


@router.get(
    "/{name}",
    summary="One published schema",
    response_model=None,
    responses={
        200: {
            "description": "The schema of 2020-12.",
            "content": {SCHEMA_JSON: {"schema": {"type": "object", "additionalProperties": True}}},
        },
        **problems(404, 422),
    },
)
async def one_schema(name: SchemaName) -> Response:
    """The JSON Schema of the data of an event type, of the event around it, or of the answer to a submission."""
    if name not in SCHEMAS:
        newer = f" Its events are read as {UPCASTS[name][0]}." if name in UPCASTS else ""
        detail = f"There is no such schema; see /v1/schemas.{newer}"
        raise RequestRefused("http.not_found", detail, status=HTTP_STATUS["absent"])
    return Response(to_json(published_schema(name)), media_type=SCHEMA_JSON)
