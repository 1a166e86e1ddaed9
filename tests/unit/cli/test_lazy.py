"""How a command ends that fails: with one sentence, also where several things failed at once."""

import asyncio

import click
import pytest
from click.testing import CliRunner

from events.errors import CairnError
from services.cli.lazy import Lazy, LazyGroup


async def fail(why: Exception) -> None:
    raise why


async def fail_together(*why: Exception) -> None:
    async with asyncio.TaskGroup() as running:
        for each in why:
            running.create_task(fail(each))


@click.command()
def alone() -> None:
    raise CairnError("The first sentence.")


@click.command()
def together() -> None:
    asyncio.run(fail_together(CairnError("The first sentence."), CairnError("The second sentence.")))


@click.command()
def defective() -> None:
    asyncio.run(fail_together(CairnError("The first sentence."), ZeroDivisionError()))


GROUP = LazyGroup(commands={name: Lazy(__name__, name, "Fail.") for name in ("alone", "together", "defective")})


@pytest.mark.parametrize("command", ["alone", "together"])
def test_it_ends_with_one_sentence(command: str) -> None:
    ran = CliRunner().invoke(GROUP, [command])
    assert ran.exit_code == 1
    assert ran.output == "Error: The first sentence.\n"


def test_a_defect_among_several_errors_is_not_hidden() -> None:
    ran = CliRunner().invoke(GROUP, ["defective"])
    assert isinstance(ran.exception, ExceptionGroup)
    assert ran.exception.subgroup(ZeroDivisionError) is not None
