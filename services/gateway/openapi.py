"""The OpenAPI document: FastAPI describes the endpoints, and what problems and events look like is put into it."""

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import APIRouter, FastAPI, params

from events.json_schemas import ENVELOPE, published_schemas
from services.gateway import routing
from services.gateway.access.operations import OPERATIONS
from services.gateway.documentation import DESCRIPTION, answers_at_the_door
from services.gateway.fhir_documentation import type_fhir_answers
from services.gateway.problems import Problem

_SCHEME = "bearer"

# Any below: OpenAPI documents are JSON, and FastAPI types them so; endpoints take arguments of every kind.


def openapi_document(routers: Sequence[routing.Router]) -> dict[str, Any]:
    """The document about the endpoints of some routers."""
    document = _described(routers).openapi()
    template = "#/components/schemas/{model}"
    definition = Problem.model_json_schema(mode="serialization", ref_template=template)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(definition.pop("$defs", {}))
    schemas["Problem"] = definition
    schemas["CloudEvent"] = _cloud_event()
    _say_who_may_ask(document)
    type_fhir_answers(document)
    return document


def _described(routers: Sequence[routing.Router]) -> FastAPI:
    api = FastAPI(
        title="Cairn",
        version="1",
        description=DESCRIPTION,
        servers=[{"url": "/", "description": "This Cairn."}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        openapi_tags=[
            {"name": "submit", "description": "Submit events."},
            {"name": "read", "description": "What the events add up to, and the events themselves."},
            {"name": "fhir", "description": "The same as FHIR R4 and R5 resources."},
            {"name": "proof", "description": "That events are in the signed log, and that it only grew."},
            {"name": "operate", "description": "How this Cairn is doing."},
        ],
    )
    for router in routers:
        described = APIRouter(**router.described)
        for method, path, endpoint, of_route in router.routes:
            described.add_api_route(path, _as_fastapi_has_it(endpoint), methods=[method], **of_route)
        api.router.routes.extend(described.routes)
    return api


@cache
def _as_fastapi_has_it(function: Callable[..., Any]) -> Callable[..., Any]:
    """What describes a function to FastAPI: of the same name, words and arguments, with FastAPI's own marks."""

    def described() -> None:
        """Is never called."""

    hints = get_type_hints(function, include_extras=True)
    signature = inspect.signature(function)
    arguments = [
        argument.replace(annotation=_marked(hints.get(name, argument.annotation)))
        for name, argument in signature.parameters.items()
    ]
    returned = hints.get("return", signature.return_annotation)
    described.__name__ = function.__name__
    described.__doc__ = function.__doc__
    described.__signature__ = signature.replace(parameters=arguments, return_annotation=returned)  # type: ignore[attr-defined]
    return described


def _marked(wanted: Any) -> Any:
    if get_origin(wanted) is not Annotated:
        return wanted
    kind, *marks = get_args(wanted)
    return Annotated[(kind, *(_mark(each) for each in marks))]


def _mark(mark: Any) -> Any:
    match mark:
        case routing.Query():
            return params.Query()
        case routing.Header(description):
            return params.Header(description=description)
        case routing.Path(description, examples):
            return params.Path(description=description, examples=list(examples) or None)
        case routing.Depends(function):
            return params.Depends(_as_fastapi_has_it(function))
    return mark


def _say_who_may_ask(document: dict[str, Any]) -> None:
    """Say of each operation whether it takes a token, and what is answered where none is sent, or it does not reach."""
    document["components"]["securitySchemes"] = {_SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for operation in OPERATIONS:
        described = document["paths"].get(operation.path, {}).get(operation.method.lower())
        if described is None:
            continue
        described["security"] = [] if operation.reading == "open" else [{_SCHEME: []}]
        described["responses"] = {**answers_at_the_door(operation), **described["responses"]}


def _cloud_event() -> dict[str, Any]:
    """The published schema of an event, as a part of an OpenAPI document.

    Extensions are open here: generators of typed clients hold every attribute, `data` too, against their type.
    """
    schema = {word: said for word, said in published_schemas()[ENVELOPE].items() if word not in ("$schema", "$id")}
    return {**schema, "additionalProperties": True}
