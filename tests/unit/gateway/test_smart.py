"""SMART applications find where they get a token; and are told where there is none."""

from collections.abc import Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from services.gateway.app import create_app
from services.gateway.gateway import Gateway
from services.gateway.metrics import Metrics
from tests.tokens import WrittenOut, asking

PATHS = ["/fhir/.well-known/smart-configuration", "/fhir/R4/.well-known/smart-configuration"]


async def asked(path: str, metadata: Mapping[str, Any] | None) -> httpx.Response:
    records = SimpleNamespace(expecting=nullcontext)
    gateway = SimpleNamespace(metrics=Metrics(), public_url=None, records=records, logs=None)
    app = create_app(cast(Gateway, gateway), WrittenOut(), issuer_metadata=lambda: metadata)
    async with asking(app) as client:
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
