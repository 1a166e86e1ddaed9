"""What a rebuild found, for people and for programs. A value of a row is never shown: it may be a patient's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from services.cli.printing import Json, number_of, print_table, printable

if TYPE_CHECKING:
    from projections.engine.comparing import Difference, TableComparison
    from projections.engine.projection import Projection
    from projections.engine.rebuilding import Comparison

_ONLY_IN = {"live": "only in the live tables", "next": "only in the new tables"}


@dataclass
class Rebuilt:
    """The result of a rebuild.

    Attributes:
        events: How many events were projected now; those of an earlier, interrupted rebuild are not counted.
    """

    events: int
    seconds: float
    comparison: "Comparison"
    swapped: bool


def rebuilt_as_json(name: str, rebuilt: Rebuilt) -> Json:
    """The whole result, ready for JSON."""
    found = rebuilt.comparison
    return {
        "projection": name,
        "events": rebuilt.events,
        "seconds": round(rebuilt.seconds, 3),
        "rate": round(rebuilt.events / rebuilt.seconds, 1) if rebuilt.seconds else 0.0,
        "live_version": found.live.version if found.live else None,
        "live_positions": found.live_positions,
        "of_another_log": list(found.of_another_log),
        "new_positions": found.next_positions,
        "new_quarantined": found.next_quarantined,
        "same": found.same,
        "tables": [_table_as_json(table) for table in found.tables],
        "swapped": rebuilt.swapped,
    }


def print_rebuilt(projection: "Projection[Any]", rebuilt: Rebuilt) -> None:  # whatever it remembers
    """Print the comparison, and what was done."""
    rate = f", {rebuilt.events / rebuilt.seconds:,.0f} a second" if rebuilt.seconds >= 1 else ""
    click.echo(f"Built {projection.name} from {number_of(rebuilt.events, 'event')} in {rebuilt.seconds:,.1f} s{rate}.")
    for line in (*_compared(rebuilt.comparison, projection.version), *_quarantined(rebuilt.comparison)):
        click.echo(line)
    if rebuilt.comparison.tables:
        _print_tables(rebuilt.comparison.tables)
    for line in _done(projection.name, rebuilt):
        click.echo(line)


def _compared(found: "Comparison", version: int) -> Iterator[str]:
    if found.live is None:
        yield "Nothing is live, so there is nothing to compare with."
    elif found.live.version != version:
        yield (
            f"Version {found.live.version} is live and this is version {version}: their tables are not the same, so"
            " there is nothing to compare."
        )
    elif found.of_another_log:
        yield (
            f"The live tables are of another log than the one there is now: they are at position"
            f" {_places(found.live_positions)}, which {' and '.join(found.of_another_log)} does not bear out. The new"
            f" ones are at {_places(found.next_positions)}. What is only in the live tables is not in this log."
        )
    elif found.live_positions != found.next_positions:
        yield (
            f"The live tables are at position {_places(found.live_positions)} and the new ones at"
            f" {_places(found.next_positions)}: no service keeps the live ones up with the log, and rows differ for"
            " that alone."
        )
    else:
        yield f"Compared at position {_places(found.next_positions)}."


def _quarantined(found: "Comparison") -> Iterator[str]:
    if found.next_quarantined:
        quarantined = number_of(found.next_quarantined, "event is", "events are")
        yield f"{quarantined} in quarantine in the new tables: this code cannot take in what is there."


def _places(positions: dict[str, int]) -> str:
    if len(positions) == 1:
        return f"{next(iter(positions.values())):,}"
    return ", ".join(f"{position:,} of {stream}" for stream, position in sorted(positions.items())) or "0"


def _print_tables(tables: "tuple[TableComparison, ...]") -> None:
    click.echo()
    rows = [
        (
            table.table,
            f"{table.live_rows:,}",
            f"{table.next_rows:,}",
            "equal" if table.live_hash == table.next_hash else "not equal",
            f"{table.different:,}",
            table.next_hash[:16],
        )
        for table in tables
    ]
    print_table(("Table", "Rows live", "Rows new", "Content", "Rows that differ", "SHA-256 new"), rows)
    click.echo()
    differences = [difference for table in tables for difference in table.listed]
    if differences:
        shown = [(each.table, _key(each), _only_in(each) or ", ".join(each.columns)) for each in differences]
        print_table(("Table", "Key", "What differs"), shown, wide=("Key", "What differs"))
        left_out = sum(table.different for table in tables) - len(differences)
        if left_out:
            click.echo(f"… and {left_out:,} more.")
        click.echo()


def _done(name: str, rebuilt: Rebuilt) -> Iterator[str]:
    if not rebuilt.swapped:
        yield "Nothing was swapped. What was built is kept: the next rebuild goes on from there."
        return
    yield "The new tables are live."
    if rebuilt.comparison.live is not None:
        yield f"The former ones are kept; `cairn projections drop-previous {name}` drops them."


def _table_as_json(table: "TableComparison") -> Json:
    return {
        "table": table.table,
        "live_rows": table.live_rows,
        "new_rows": table.next_rows,
        "live_hash": table.live_hash,
        "new_hash": table.next_hash,
        "different": table.different,
        "differences": [
            {"key": [printable(part) for part in each.key], "columns": list(each.columns), "only_in": _only_in(each)}
            for each in table.listed
        ],
    }


def _key(difference: "Difference") -> str:
    return " ".join(printable(part) for part in difference.key)


def _only_in(difference: "Difference") -> str | None:
    return _ONLY_IN[difference.only_in] if difference.only_in else None
