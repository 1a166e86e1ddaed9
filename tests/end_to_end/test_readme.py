"""The README is true: every command in it runs as it stands there, and says what the README shows."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.node import RunningNode

README = Path(__file__).parents[2] / "README.md"
_BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A block of commands, and what the README shows that they print ("…" stands for anything)."""

    commands: str
    shown: str


def _examples() -> list[Example]:
    examples: list[Example] = []
    for kind, block in _BLOCK.findall(README.read_text()):
        if kind == "sh":
            examples.append(Example(block, ""))
        else:
            examples[-1] = examples[-1]._replace(shown=block)
    return examples


EXAMPLES = _examples()
_STARTED, *_AGAINST_A_RUNNING_CAIRN = EXAMPLES


def test_the_first_two_commands_are_make_run_and_make_test() -> None:
    assert [line.split("#")[0].strip() for line in _STARTED.commands.splitlines()] == ["make run", "make test"]


async def test_every_command_runs_and_says_what_is_shown(node: RunningNode, tmp_path: Path) -> None:
    # One after another, in one folder: later examples build on earlier ones, as for whoever reads on.
    for example in _AGAINST_A_RUNNING_CAIRN:
        commands = _here(example.commands, node)
        status, said = await _bash(commands, tmp_path, node)
        assert status == 0, f"{commands}\nended with {status} and said:\n{said}"
        assert _pattern(example.shown).search(said), f"{commands}\nsaid:\n{said}\nthe README shows:\n{example.shown}"


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README.read_text()))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (README.parent / link).exists()


def _here(commands: str, node: RunningNode) -> str:
    """The commands as a reader would run them, at the ports of this test's Cairn and in its environment."""
    environment = Path(sys.executable).parent
    return (
        commands.replace("127.0.0.1:8080", node.http_url.removeprefix("http://"))
        .replace("/dev/tcp/127.0.0.1/4222", f"/dev/tcp/127.0.0.1/{node.nats_url.rpartition(':')[2]}")
        .replace(". .venv/bin/activate", f'PATH="{environment}:$PATH"')
    )


async def _bash(commands: str, folder: Path, node: RunningNode) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-euc",
        commands,
        cwd=folder,
        stdout=PIPE,
        stderr=STDOUT,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "CAIRN_DATA_DIR": node.address["data"],
        },
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, said.decode()


def _pattern(shown: str) -> re.Pattern[str]:
    lines = (re.escape(line.strip()).replace("…", ".*") for line in shown.strip().splitlines())
    return re.compile(".*".join(lines), re.DOTALL)
