"""The table of codes for integrating systems, as docs/codes.md has it: `make codes` writes it there."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from events.codes import CODES, KINDS, Code
from services.gateway.problems import HTTP_STATUS

_LISTED = re.compile(r"<!-- (codes|kinds) -->\n.*?<!-- end -->", re.DOTALL)


def with_codes(page: str) -> str:
    """A page in which what is between `<!-- codes -->` or `<!-- kinds -->` and `<!-- end -->` is as in the code."""
    return _LISTED.sub(lambda found: _listed(found[1], _kinds() if found[1] == "kinds" else _codes()), page)


def _listed(name: str, lines: Iterator[str]) -> str:
    return "\n".join((f"<!-- {name} -->", "", *lines, "", "<!-- end -->"))


def _kinds() -> Iterator[str]:
    yield from ("| kind | HTTP status | meaning |", "|---|---|---|")
    for kind, meaning in KINDS.items():
        yield f"| {kind} | {HTTP_STATUS[kind].value} | {meaning} |"


def _codes() -> Iterator[str]:
    yield from ("| code | kind | HTTP status | meaning |", "|---|---|---|---|")
    for code in CODES.values():
        yield f"| `{code.name}` | {' or '.join(code.kinds)} | {_statuses(code)} | {code.meaning} |"


def _statuses(code: Code) -> str:
    return " or ".join(str(HTTP_STATUS[kind].value) for kind in code.kinds)


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_codes(document.read_text(encoding="utf-8")), encoding="utf-8")
