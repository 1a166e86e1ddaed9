"""How the sample of an event type is sent, in four ways: what an integrator copies. A test runs every one of them."""

from typing import NamedTuple

from events.envelope import STRUCTURED
from events.event import Event
from events.identity import SUBMIT
from events.samples import ORG
from services.gateway.pages import addresses

NATS_ADDRESS = "127.0.0.1:4222"
"""Where the NATS server of `cairn up` is, unless it was told otherwise."""


class Way(NamedTuple):
    """A way to send an event.

    Attributes:
        name: What it is done with.
        text: What is copied.
    """

    name: str
    text: str


def file_name(event: Event) -> str:
    """The file in which the sample is saved, such as `goal-held.json`."""
    return f"{event.id}.json"


def preparation(event: Event, base: str) -> str:
    """What the shell is told once: where Cairn is, who asks, the sample as a file, and what has to be there before.

    Args:
        base: The address of the gateway.
    """
    sample = addresses.address(addresses.EVENT_SAMPLE, type_name=event.type_name)
    before = addresses.address(addresses.EVENTS_BEFORE, type_name=event.type_name)
    return "\n".join(
        (
            f"export CAIRN_URL={base}",
            f'export CAIRN_NATS_URL="nats://$(cat "${{CAIRN_DATA_DIR:-.cairn}}/nats/token")@{NATS_ADDRESS}"',
            f'eval "$(cairn token create {_sender(event)})"',
            f'curl -s "$CAIRN_URL{before}" | cairn submit -',
            f'curl -s "$CAIRN_URL{sample}" -o {file_name(event)}',
        )
    )


def ways(event: Event) -> tuple[Way, ...]:
    """How to send the sample, once the shell is prepared."""
    file, subject = file_name(event), event.goal_id.on(SUBMIT)
    return (
        Way("curl", _CURL.format(media_type=STRUCTURED, file=file)),
        Way("cairn submit", f"cairn submit {file}"),
        Way("Python, nats-py", _PYTHON.replace("FILE", file).replace("SUBJECT", subject)),
        Way("TypeScript, @nats-io/transport-node", _TYPESCRIPT.replace("FILE", file).replace("SUBJECT", subject)),
    )


def _sender(event: Event) -> str:
    """Whoever may send it: a clinician, who enters what patients say, or a system for what only systems tell."""
    if event.actor.role == "system":
        return f"--role system --speaks-for system --org {ORG} --actor {event.actor.id}"
    return f"--role clinician --org {ORG} --actor c1"


_CURL = """\
curl -s "$CAIRN_URL/v1/events" \\
  -H "Authorization: Bearer $CAIRN_TOKEN" \\
  -H 'content-type: {media_type}' \\
  -d @{file}"""

_PYTHON = """\
import asyncio
import os
from pathlib import Path

import nats


async def main() -> None:
    client = await nats.connect(os.environ["CAIRN_NATS_URL"])
    event = Path("FILE").read_bytes()
    answer = await client.request("SUBJECT", event, timeout=5)
    print(answer.data.decode())
    await client.close()


asyncio.run(main())"""

# The client takes no token out of an address (docs/compatibility.md).
_TYPESCRIPT = """\
import { readFileSync } from "node:fs";
import { connect } from "@nats-io/transport-node";

const { host, username: token } = new URL(process.env.CAIRN_NATS_URL!);
const client = await connect({ servers: host, token });
const event = readFileSync("FILE");
const answer = await client.request("SUBJECT", event, { timeout: 5000 });
console.log(answer.string());
await client.close();"""
