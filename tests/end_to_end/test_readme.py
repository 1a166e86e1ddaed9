"""The README and the pages it leads to are true: every command runs as it stands there, and says what is shown."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.node import RunningNode
from tests.end_to_end.shell import bash

HOUSE = Path(__file__).parents[2]
README = HOUSE / "README.md"
PAGES = (README, *(HOUSE / "docs" / f"{name}.md" for name in ("publish", "audit", "read", "tokens")))
_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A block of commands, and what the page shows that they print ("…" stands for anything)."""

    commands: str
    shown: str


def _examples(page: Path) -> list[Example]:
    examples: list[Example] = []
    for kind, block in _BLOCK.findall(page.read_text()):
        if kind == "sh":
            examples.append(Example(block, ""))
        else:
            examples[-1] = examples[-1]._replace(shown=block)
    return examples


def test_the_first_two_commands_are_make_run_and_make_test() -> None:
    first = _examples(README)[0].commands
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make run", "make test"]


@_page
async def test_every_command_runs_and_says_what_is_shown(page: Path, node: RunningNode, tmp_path: Path) -> None:
    # One after another, in one folder: later examples build on earlier ones, as for whoever reads on.
    for example in _examples(page)[page == README :]:
        commands = _here(example.commands, node)
        status, said = await bash(commands, tmp_path, node)
        assert status == 0, f"{commands}\nended with {status} and said:\n{said}"
        assert '"code":"access.' not in said, f"{commands}\nsaid:\n{said}"
        assert _pattern(example.shown).search(said), f"{commands}\nsaid:\n{said}\nthe page shows:\n{example.shown}"


@_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def _here(commands: str, node: RunningNode) -> str:
    """The commands as a reader would run them, at the ports of this test's Cairn; its environment is there already."""
    return (
        commands.replace("127.0.0.1:8080", node.http_url.removeprefix("http://"))
        .replace("/dev/tcp/127.0.0.1/4222", f"/dev/tcp/127.0.0.1/{node.nats_url.rpartition(':')[2]}")
        .replace(". .venv/bin/activate", ":")
    )


def _pattern(shown: str) -> re.Pattern[str]:
    lines = (re.escape(line.strip()).replace("…", ".*") for line in shown.strip().splitlines())
    return re.compile(".*".join(lines), re.DOTALL)
