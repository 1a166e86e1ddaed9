"""SMART applications find where they get a token; and are told where there is none."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.gateway.handlers import handle_failures
from services.gateway.routes.fhir.smart import router

PATHS = ["/fhir/.well-known/smart-configuration", "/fhir/R4/.well-known/smart-configuration"]


async def asked(path: str, metadata: Mapping[str, Any] | None) -> httpx.Response:
    app = FastAPI()
    app.include_router(router)
    app.state.issuer_metadata = lambda: metadata
    handle_failures(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.get(path, headers={"accept": "application/fhir+json"})


@pytest.mark.parametrize("path", PATHS)
async def test_it_names_the_issuers_endpoints_and_is_always_json(path: str) -> None:
    answer = await asked(path, {"issuer": "https://i.example", "token_endpoint": "https://i.example/token"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["token_endpoint"] == "https://i.example/token"


@pytest.mark.parametrize(
    ("metadata", "status", "saying"),
    [
        (None, 404, "cairn token create"),
        ({"issuer": "https://i.example"}, 404, "gives none to applications"),
        ({}, 503, "not answered yet"),
    ],
)
async def test_where_there_are_no_tokens_it_says_so(
    metadata: Mapping[str, Any] | None, status: int, saying: str
) -> None:
    answer = await asked(PATHS[0], metadata)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert saying in answer.text


async def test_a_release_that_is_not_spoken_has_none() -> None:
    assert (await asked("/fhir/R9/.well-known/smart-configuration", {"issuer": "x"})).status_code == 400
