"""The pages for developers over HTTP: what they lead to is there, and what they show is what programs get."""

import re
from html import unescape

import pytest
from pydantic_core import from_json

from events.catalog import TYPES
from events.codes import CODES
from events.json_schemas import SCHEMAS, published_schema
from services.gateway.messages.asyncapi import asyncapi_document
from services.gateway.messages.channels import CHANNELS
from services.gateway.pages.rendering import CONTENT_SECURITY_POLICY
from tests.integration.gateway.http import Http

PAGES = (
    "/docs",
    "/docs/api/read",
    "/docs/events",
    "/docs/events/cairn.goal.revised.v1",
    "/docs/events/cairn.plan.disclosed.v1",
    "/docs/events/cairn.goal.voided.v1",
    "/docs/messages",
    "/docs/codes",
)


async def _page(http: Http, path: str, language: str = "en") -> str:
    response = await http.client.get(path, headers={"accept-language": language})
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    return response.text


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_small_and_has_nothing_inline_or_from_elsewhere(http: Http, path: str) -> None:
    page = await _page(http, path)

    assert len(page.encode()) < 100_000
    assert " style=" not in page
    assert "<style" not in page
    assert re.findall(r"<script(?![^>]* src=\"/static/)", page) == []
    assert re.findall(r'(?:src|href)="(?!/|#)([^"]*)', page) == []


@pytest.mark.parametrize("path", PAGES)
async def test_where_a_page_leads_there_is_something(http: Http, path: str) -> None:
    page = await _page(http, path)
    found = set(re.findall(r'href="(/(?:docs|static|v1|openapi|asyncapi)[^"#]*)(?:#([^"]*))?"', page))

    assert found
    for address in {address for address, _ in found}:
        assert (await http.ask(unescape(address))).status_code == 200, address
    ids = set(re.findall(r' id="([^"]*)"', page))
    assert set(re.findall(r'href="#([^"]*)"', page)) <= ids


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_in_the_language_that_is_asked_for(http: Http, path: str) -> None:
    page = await _page(http, path, "es")

    assert '<html lang="es"' in page
    assert "Ir al contenido" in page


async def test_apostrophes_are_those_of_print(http: Http) -> None:
    page = unescape(await _page(http, "/docs/api/read"))

    assert "today in each plan’s time zone" in page
    assert "plan's time zone" not in page


async def test_refusals_of_an_operation_are_in_order(http: Http) -> None:
    page = await _page(http, "/docs/api/submit")

    found = [each.split(", ") for each in re.findall(r"Says no with ([\d, ]+):", page)]
    assert found
    assert all(each == sorted(each) for each in found)


async def test_the_api_is_listed_whole_and_each_operation_leads_to_what_it_takes(http: Http) -> None:
    document, page = await http.get("/openapi.json"), await _page(http, "/docs")

    assert all(f"<code>{path}</code>" in page for path in document["paths"])
    for address, anchor in re.findall(r'href="(/docs/api/[a-z]+)#([^"]+)"', page):
        assert f'id="{anchor}"' in await _page(http, address)


async def test_every_event_type_has_a_page(http: Http) -> None:
    listed = await _page(http, "/docs/events")

    for name in TYPES:
        assert f'href="/docs/events/{name}"' in listed
        assert f'translate="no">{name}</span></h1>' in await _page(http, f"/docs/events/{name}")


async def test_the_samples_to_load_are_those_that_the_page_shows(http: Http) -> None:
    page = await _page(http, "/docs/events/cairn.goal.held.v1")
    sample = await http.ask("/docs/events/cairn.goal.held.v1/sample.json")
    before = await http.ask("/docs/events/cairn.goal.held.v1/before.jsonl")

    shown = re.search(r'aria-label="A sample"[^>]*><code>(.*?)</code>', page, re.DOTALL)
    assert shown is not None
    assert from_json(unescape(shown[1])) == sample.json()
    assert sample.text.count("\n") == 1
    types = [from_json(line)["type"] for line in before.text.splitlines()]
    assert types == [f"cairn.{name}.v1" for name in ("plan.opened", "goal.proposed", "goal.agreed", "goal.activated")]


@pytest.mark.parametrize(
    "path",
    [
        "/docs/events/cairn.goal.hoped.v1",
        "/docs/events/cairn.goal.hoped.v1/sample.json",
        "/docs/events/cairn.goal.voided.v1/sample.json",
        "/docs/events/cairn.goal.voided.v1/before.jsonl",
        "/docs/events/%3Cscript%3E",
        "/docs/api/write",
        "/v1/schemas/cairn.goal.hoped.v1",
    ],
)
async def test_what_there_is_not_is_not_found(http: Http, path: str) -> None:
    response = await http.ask(path)

    assert response.status_code == 404
    assert "<script>" not in response.text


async def test_every_code_and_every_subject_has_its_line(http: Http) -> None:
    codes, messages = await _page(http, "/docs/codes"), await _page(http, "/docs/messages")

    assert all(f'<tr id="{code}">' in codes for code in CODES)
    assert all(unescape(messages).count(f'translate="no">{channel.address}</span></h3>') == 1 for channel in CHANNELS)


async def test_the_description_of_messages_is_there_for_programs(http: Http) -> None:
    assert await http.get("/asyncapi.json") == asyncapi_document()


async def test_schemas_are_read_as_they_are_published(http: Http) -> None:
    items = (await http.get("/v1/schemas"))["items"]

    assert [each["name"] for each in items] == list(SCHEMAS)
    for each in items:
        response = await http.ask(f"/v1/schemas/{each['name']}")
        assert response.headers["content-type"] == "application/schema+json"
        assert response.json() == published_schema(each["name"])
    held = next(each for each in items if each["name"] == "cairn.goal.held.v1")
    assert held == {
        "name": "cairn.goal.held.v1",
        "says": "Work on the goal pauses.",
        "versions": ["cairn.goal.held.v1"],
        "roles": ["patient", "clinician", "supervisor", "system"],
    }
