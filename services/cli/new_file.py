"""Where a command writes: whole or not at all, for its owner alone, in the place of a file only when told so."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

STDOUT = "-"
"""How an option names standard output instead of a file."""
_REPLACE = f"{__name__}.replace"
Command = TypeVar("Command", bound=Callable[..., Any])  # a command takes what its options give


class Unwritable(click.ClickException):
    """The output cannot be written."""

    def __init__(self, output: str, error: OSError):
        super().__init__(f"{output} cannot be written: {error.strerror}.")


@dataclass(frozen=True, slots=True)
class Output:
    """Where to write.

    Attributes:
        name: The file, or `-`.
        replace: Whether a file that is there is written over.
    """

    name: str
    replace: bool = False

    @property
    def is_stdout(self) -> bool:
        """Whether it is standard output."""
        return self.name == STDOUT

    def beside(self, ending: str) -> "Output":
        """The file of the same name with an ending more."""
        return Output(self.name + ending, self.replace)

    def refuse_existing(self) -> None:
        """Say that the file is there already, before anything is read for it.

        Raises:
            click.ClickException: it is there, and is not to be replaced.
        """
        if not self.is_stdout and not self.replace and Path(self.name).exists():
            raise self._there()

    @contextlib.contextmanager
    def new_file(self) -> Iterator[Path]:
        """A file to write to, which takes its name only once it is complete.

        Raises:
            click.ClickException: a file of that name is there and is not to be replaced, or it cannot be written.
        """
        path = Path(self.name)
        self.refuse_existing()
        try:
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        except OSError as error:
            raise Unwritable(self.name, error) from None
        os.close(handle)
        unfinished = Path(name)
        try:
            yield unfinished
            if self.replace:
                unfinished.replace(path)
            else:
                path.hardlink_to(unfinished)  # a link is made only where there is nothing yet
        except FileExistsError:
            raise self._there() from None
        except OSError as error:
            raise Unwritable(self.name, error) from None
        finally:
            unfinished.unlink(missing_ok=True)

    def _there(self) -> click.ClickException:
        return click.ClickException(f"{self.name} is there already. Name another, or write over it with --replace.")


def output_options(metavar: str, **option: Any) -> Callable[[Command], Command]:
    """`--output` and `--replace`; the command gets both as `output`, an :class:`Output`.

    Args:
        metavar: What is named, such as `FILE|-`.
        option: As `click.option` takes it.
    """

    def both(command: Command) -> Command:
        where = click.option(
            "--output", metavar=metavar, help="Where to write; - is standard output.", callback=_output, **option
        )
        over = click.option(
            "--replace",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_note,
            help="Write over a file that is there. Otherwise it is kept.",
        )
        return where(over(command))

    return both


def _note(context: click.Context, option: click.Parameter, given: bool) -> None:
    context.meta[_REPLACE] = given


def _output(context: click.Context, option: click.Parameter, given: str) -> Output:
    return Output(given, context.meta[_REPLACE])
