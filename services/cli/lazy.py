"""Groups of commands: what they do is listed in whole sentences, and help is quick where nothing is imported for it."""

import re
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

import click

from events.errors import CairnError, first_of

_WITHOUT_VALUE = re.compile(r"(--[a-z][a-z-]*)=")


class Lazy(NamedTuple):
    """Where a command is, and what it does in one line."""

    module: str
    name: str
    does: str


class Group(click.Group):
    """A group of commands. Its help says the first sentence of each, and breaks lines where click cuts them off."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, each.get_short_help_str(sys.maxsize)) for name, each in commands if each and not each.hidden]
            )


class LazyGroup(click.Group):
    """A group of commands that imports a command when it runs.

    An error of Cairn ends it with one plain sentence, and so does a file that cannot be read or written.
    """

    def __init__(self, *args: Any, commands: Mapping[str, Lazy], **kwargs: Any):  # as click.Group takes them
        super().__init__(*args, **kwargs)
        self._lazy = commands

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse empty words, and take in the others.

        An empty one is mostly a variable of a shell that is not set. Taken for a value, it would ask for everything, or
        for nothing, where something was meant.
        """
        before = _before_an_empty_word(args)
        if before is not None:
            behind = f"Behind {before} stands" if before else "The first word is"
            raise click.UsageError(f"{behind} an empty text. Give it a value, or leave it out.", ctx)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they are declared."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        lazy = self._lazy.get(cmd_name)
        if lazy is None:
            return None
        command: click.Command = getattr(import_module(lazy.module), lazy.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.does) for name, lazy in self._lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:  # whatever the command returns
        """Run the chosen command. Of several errors of tasks that it ran together, the first is told."""
        try:
            return super().invoke(ctx)
        except* CairnError as refused:
            raise click.ClickException(str(first_of(refused))) from refused
        except* OSError as failed:
            error = first_of(failed)
            if error.filename is None:  # about no file; click itself knows of a pipe that nobody reads any more
                raise error from None
            raise click.ClickException(f"{error.filename} cannot be used: {error.strerror}.") from failed


def _before_an_empty_word(words: Sequence[str]) -> str | None:
    """What stands before the first empty word, mostly the name of an option; None where no word is empty."""
    for before, word in pairwise(("", *words)):
        if not word:
            return before
        if without_value := _WITHOUT_VALUE.fullmatch(word):
            return without_value[1]
    return None
