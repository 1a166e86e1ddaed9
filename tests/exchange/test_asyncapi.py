"""@asyncapi/parser, which most tools of AsyncAPI stand on, reads the description of all messages."""

from typing import Any

import httpx
import pytest

from services.gateway.messages.channels import CHANNELS
from services.gateway.messages.embedding import Document
from tests.exchange.javascript import JavaScript

_OF_A_NEWER_VERSION = {"code": "asyncapi-latest-version", "severity": 2, "path": "asyncapi"}
"""That there is AsyncAPI 3.1, which FastStream does not write."""


@pytest.fixture(scope="module")
async def document(http: httpx.AsyncClient) -> Document:
    answer: Document = (await http.get("/asyncapi.json")).json()
    return answer


@pytest.fixture(scope="module")
async def told(document: Document, javascript: JavaScript) -> Any:  # Any: JSON, for a test to look into
    """What the parser tells of it."""
    return javascript.told("asyncapi.mjs", document)


async def test_it_has_nothing_to_say_against_it(told: Any) -> None:
    assert told["said"] == [_OF_A_NEWER_VERSION]


async def test_it_finds_every_channel_operation_and_parameter(document: Document, told: Any) -> None:
    found = {each["address"]: each for each in told["channels"] if each["address"]}
    assert list(found) == [channel.address for channel in CHANNELS]
    assert {
        address: f"{{{'}.{'.join(each['parameters'])}}}" for address, each in found.items() if each["parameters"]
    } == {address: address[address.index("{") :] for address in found if "{" in address}
    assert all(each["messages"] for each in told["channels"])
    assert {each["id"]: each["action"] for each in told["operations"]} == {
        name: operation["action"] for name, operation in document["operations"].items()
    }


async def test_a_document_that_is_wrong_is_refused(document: Document, javascript: JavaScript) -> None:
    wrong = {**document, "operations": {"submit": {**document["operations"]["submit"], "action": "listen"}}}

    told = javascript.told("asyncapi.mjs", wrong)

    assert any(each["severity"] == 0 and each["path"].startswith("operations/submit") for each in told["said"])


def test_it_looks_a_reference_below_an_id_up_from_the_root(javascript: JavaScript) -> None:
    """JSON Schema has it looked up in the schema that has the `$id`. So the schemas of the document have none."""
    own = {"$id": "https://example.org/answer", "$defs": {"Level": {"type": "integer"}}}

    def said(reference: str) -> list[str]:
        schemas = {"Level": {"type": "integer"}, "Answer": {**own, "properties": {"level": {"$ref": reference}}}}
        info = {"title": "one schema", "version": "1"}
        told = javascript.told("asyncapi.mjs", {"asyncapi": "3.0.0", "info": info, "components": {"schemas": schemas}})
        return [each["code"] for each in told["said"] if each["severity"] == 0]

    assert said("#/components/schemas/Level") == []
    assert said("#/$defs/Level") == ["invalid-ref"]
