"""A client in TypeScript, its types generated from the OpenAPI description, submits an event and reads it back."""

from uuid import uuid4

from tests.end_to_end.node import RunningNode
from tests.exchange.javascript import JavaScript


def test_it_fits_its_types_and_its_event_is_recorded(node: RunningNode, javascript: JavaScript) -> None:
    entry = str(uuid4())
    description = f"{node.http_url}/openapi.json"

    javascript.run("node_modules/openapi-typescript/bin/cli.js", description, "--output", "openapi.d.ts")
    javascript.run("node_modules/typescript/bin/tsc", "--project", "tsconfig.json")
    told = javascript.told(
        "submit_event.ts", None, node.http_url, "northside.pt-7f3a.evenings", entry, node.headers["authorization"]
    )

    assert told["duplicate"] is False
    assert told["read"]["version"] == told["version"]
    assert (told["read"]["progress"][-1]["entry"], told["read"]["progress"][-1]["note"]) == (
        entry,
        "Sent by a client in TypeScript – “typed”.",
    )
