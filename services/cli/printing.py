"""What commands print: tables for people, JSON for programs, and no characters that control a terminal."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

Json = dict[str, Any]  # a JSON object as the read API gives it

_CONTROLS_TERMINAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of a line."""
_PIPE_WIDTH = 160


def printable(text: object) -> str:
    """A value as text, without characters that control a terminal."""
    return "" if text is None else _CONTROLS_TERMINAL.sub("�", str(text))


def number_of(count: int, one: str, several: str | None = None) -> str:
    """A count with its noun: `1 goal`, `1,204 goals`.

    Args:
        several: The plural, where it is not made with an s.
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print a value as JSON; letters beyond ASCII are not escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    click.echo(_CONTROLS_TERMINAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, wide: Sequence[str] = ()) -> "Table":
    """A table. Its `wide` columns share the room that the others leave, and wrap."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column not in wide)
    for row in rows:
        made.add_row(*(Text(printable(cell)) for cell in row))
    return made


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, wide: Sequence[str] = (), none: str | None = None
) -> None:
    """Print a table that fits the terminal. Its `wide` columns share the room that the others leave, and wrap.

    Args:
        none: What is said in the place of a table without rows.
    """
    from rich.console import Console

    rows = list(rows)
    if none is not None and not rows:
        click.echo(printable(none))
        return
    console = Console(highlight=False)
    if not console.is_terminal:  # a pipe has no width, and a line cut in two cannot be searched
        console = Console(highlight=False, width=_PIPE_WIDTH)
    with console.capture() as drawn:
        console.print(table(columns, rows, wide=wide))
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())


def minute(instant: object) -> str:
    """The minute of an RFC 3339 instant, as people read it."""
    return printable(instant)[:16].replace("T", " ")


def not_up_to_date(status: str, read: Json) -> str:
    """The status of a goal. It says so when an event of the goal is in quarantine."""
    return f"{status} (not up to date)" if read.get("quarantined") else status
