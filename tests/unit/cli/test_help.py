"""Help is there at once: no command is imported before it is run."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from services.cli import cairn
from services.cli.command import _COMMANDS

HEAVY = ("asyncio", "fastapi", "faststream", "nats", "pydantic", "pydantic_settings", "rich", "sqlalchemy")


def test_help_imports_click_and_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from services.cli import cairn\n"
        "cairn(['--help'], standalone_mode=False)\n"
        f"print('IMPORTED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "IMPORTED []"


@pytest.mark.parametrize("command", [name for name in _COMMANDS if name != "import"])
def test_every_command_explains_itself(command: str) -> None:
    ran = CliRunner().invoke(cairn, [command, "--help"])
    assert ran.exit_code == 0
    assert ran.output.startswith(f"Usage: cairn {command}")


def test_the_list_of_commands_names_them_all() -> None:
    ran = CliRunner().invoke(cairn, ["--help"])
    assert all(f"  {name} " in ran.output for name in _COMMANDS)


def groups(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """The names by which each group of commands is called."""
    yield names
    context = click.Context(group)
    for name in group.list_commands(context):
        if isinstance(command := group.get_command(context, name), click.Group):
            yield from groups(command, *names, name)


def test_no_group_cuts_off_what_its_commands_do() -> None:
    for names in groups(cairn):
        ran = CliRunner().invoke(cairn, [*names, "--help"])
        assert ran.exit_code == 0
        behind = ran.output.partition("\nCommands:\n")[2]
        assert behind
        assert "..." not in behind, names


def test_an_unknown_command_is_a_usage_error() -> None:
    ran = CliRunner().invoke(cairn, ["gaols"])
    assert ran.exit_code == 2
    assert "No such command 'gaols'" in ran.output
