"""Tables as CSV (RFC 4180), safe to open in a spreadsheet: no cell can be taken for a formula."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from starlette.responses import Response

CSV = "text/csv"

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, also in full width (OWASP: CSV injection)."""


def csv_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows under a line of their columns' names, in UTF-8.

    Texts that a spreadsheet would take for a formula get an apostrophe in front. Yes and no are `true` and `false`,
    and what is unknown is an empty cell.
    """
    written = StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return written.getvalue().encode()


def csv_answer(table: bytes, filename: str) -> Response:
    """A table for download. The name consists of tokens, so it needs no escaping."""
    headers = {"content-disposition": f'attachment; filename="{filename}"', "vary": "accept"}
    return Response(table, media_type=f"{CSV}; charset=utf-8", headers=headers)


def prefers_csv(accept: str) -> bool:
    """Whether an Accept header (RFC 9110, 12.5.1) names CSV, and gives it more weight than JSON."""
    weights = dict(_weighed(each) for each in accept.split(","))
    as_csv = weights.get(CSV, 0.0)
    named = [weights[name] for name in ("application/json", "application/*") if name in weights]
    return as_csv > max(named, default=0.0)


def _weighed(accepted: str) -> tuple[str, float]:
    media, *parameters = (part.strip().lower() for part in accepted.split(";"))
    weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return media, float(weight)
    except ValueError:
        return media, 0.0


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and (value.startswith(("\t", "\r", "\n")) or value.lstrip().startswith(_FORMULA)):
        return f"'{value}"
    return value
