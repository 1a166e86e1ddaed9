"""GET /docs…: the pages for whoever builds on Cairn, and /openapi.json and /asyncapi.json for their programs."""

import asyncio
from typing import Annotated, Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from events.catalog import TYPES
from events.codes import CODES, KINDS
from events.envelope import STRUCTURED, structured
from events.json_schemas import ENVELOPE, published_schema
from events.samples import Sample, has_sample, sample_of
from services.gateway.answers import json_answer
from services.gateway.gateway import Here
from services.gateway.pages import addresses
from services.gateway.pages.developers.event_types import event_type, groups
from services.gateway.pages.developers.messages import subjects
from services.gateway.pages.developers.operations_of_api import paragraphs_of, subjects_of
from services.gateway.pages.navigation import org_of
from services.gateway.pages.rendering import Page, Shows
from services.gateway.problems import HTTP_STATUS, RequestRefused
from services.gateway.public_address import public_base
from services.gateway.routing import Path, Router

LINES = "application/jsonl"

router = Router(include_in_schema=False)

TypeName = Annotated[str, Path(description="An event type.", examples=["cairn.goal.revised.v1"])]


@router.get(addresses.DOCS)
async def documentation(request: Request, page: Shows) -> Response:
    """The way in, and the API over HTTP."""
    document = await _openapi(request)
    about = paragraphs_of(document["info"]["description"])
    return _answer(page, "docs", about=about, subjects=subjects_of(document))


@router.get(addresses.API)
async def api_of_subject(request: Request, page: Shows, tag: str) -> Response:
    """The operations of one subject, with what each takes and answers."""
    found = [subject for subject in subjects_of(await _openapi(request)) if subject.name == tag]
    if not found:
        raise RequestRefused("http.not_found", "The API has no such subject; see /docs.", status=HTTP_STATUS["absent"])
    return _answer(page, "api", subject=found[0])


@router.get(addresses.EVENT_TYPES)
async def event_types(page: Shows) -> Response:
    """Every event type, in groups."""
    return _answer(page, "event_types", groups=groups(), envelope=addresses.address(addresses.SCHEMA, name=ENVELOPE))


@router.get(addresses.EVENT_TYPE)
async def one_event_type(request: Request, here: Here, page: Shows, type_name: TypeName) -> Response:
    """One event type: its fields, a sample, and how it is sent."""
    if type_name not in TYPES:
        raise _unknown()
    base = public_base(request, here.public_url)
    shown = event_type(type_name, published_schema(type_name), base, page.language)
    return _answer(page, "event_type", type=shown, groups=groups(), count=len(TYPES))


@router.get(addresses.EVENT_SAMPLE)
async def sample(type_name: TypeName) -> Response:
    """The sample of an event type, in one line."""
    return Response(_line(structured(_sample(type_name).event)), media_type=STRUCTURED)


@router.get(addresses.EVENTS_BEFORE)
async def before_sample(type_name: TypeName) -> Response:
    """What has to be recorded before the sample of an event type, one event a line."""
    lines = b"".join(_line(structured(each)) for each in _sample(type_name).before)
    return Response(lines, media_type=LINES)


@router.get(addresses.CODES)
async def codes(page: Shows) -> Response:
    """Every code with which Cairn says no."""
    kinds = [{"name": kind, "status": HTTP_STATUS[kind].value, "meaning": meaning} for kind, meaning in KINDS.items()]
    return _answer(page, "codes", kinds=kinds, codes=CODES.values())


@router.get(addresses.MESSAGES)
async def messages(request: Request, page: Shows) -> Response:
    """Every subject, with what goes over it and who may."""
    document = await _asyncapi(request)
    shown = subjects(document, page.language)
    parameters = {name: said for subject in shown for name, said in subject.parameters.items()}
    about = paragraphs_of(document["info"]["description"])
    return _answer(page, "messages", subjects=shown, parameters=parameters, about=about)


@router.get(addresses.OPENAPI)
async def openapi(request: Request) -> Response:
    """The description of the API over HTTP, for programs."""
    return json_answer(await _openapi(request))


@router.get(addresses.ASYNCAPI)
async def asyncapi(request: Request) -> Response:
    """The description of what goes over NATS, for programs."""
    return json_answer(await _asyncapi(request))


async def _openapi(request: Request) -> dict[str, Any]:  # JSON
    """The description. To make it takes a while the first time, in which others are answered."""
    return await asyncio.to_thread(lambda: request.app.openapi)


async def _asyncapi(request: Request) -> dict[str, Any]:  # JSON
    """The description of what goes over NATS, made as the other one."""
    return await asyncio.to_thread(lambda: request.app.asyncapi)


def _answer(page: Page, template: str, **shown: Any) -> Response:
    org = org_of(page.principal)
    return page.answer(f"developers/{template}.html", org=org, addresses=addresses, address=addresses.address, **shown)


def _sample(type_name: str) -> Sample:
    if type_name not in TYPES or not has_sample(type_name):
        raise _unknown()
    return sample_of(type_name)


def _unknown() -> RequestRefused:
    detail = "There is no such event type, or nobody submits it; see /docs/events."
    return RequestRefused("http.not_found", detail, status=HTTP_STATUS["absent"])


def _line(content: object) -> bytes:
    return to_json(content) + b"\n"
