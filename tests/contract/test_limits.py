"""docs/limits.md: each limit that it lists is in its file, under that name and with that value."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `(\w+)` \| `([^`]+)` \| ([^|]*) \| `([^`]+)` \| ([^|]+) \|$", re.MULTILINE)


class Limit(NamedTuple):
    """A row of the page."""

    name: str
    value: str
    unit: str
    file: str
    why: str


LIMITS = [Limit(*row) for row in _ROW.findall(PAGE)]


@cache
def constants(file: str) -> dict[str, ast.expr]:
    """The constants of a module with their values."""
    return dict(_assigned(ast.parse((ROOT / file).read_text(encoding="utf-8"))))


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from _pairs(node.targets[0], node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _pairs(node.target, node.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its_value in zip(target.elts, value.elts, strict=True):
            yield from _pairs(one, its_value)
    elif isinstance(target, ast.Name):
        yield target.id, value


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.file}:{limit.name}")
def test_a_listed_limit_is_in_its_file_with_its_value(limit: Limit) -> None:
    value = constants(limit.file).get(limit.name)

    assert value is not None
    # As the code writes it, but for underscores in numbers.
    assert ast.unparse(value) == ast.unparse(ast.parse(limit.value))
    assert limit.why.endswith(".")


def test_every_row_is_read() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]

    assert len(rows) == len(LIMITS)
    assert len({(limit.file, limit.name) for limit in LIMITS}) == len(LIMITS)


@pytest.mark.parametrize("package", ["events", "projections", "services"])
def test_every_constant_that_is_called_a_maximum_is_listed(package: str) -> None:
    listed = {(limit.file, limit.name) for limit in LIMITS}
    paths = (path for path in sorted((ROOT / package).rglob("*.py")) if "MAX_" in path.read_text(encoding="utf-8"))
    files = [str(path.relative_to(ROOT)) for path in paths]

    assert {(file, name) for file in files for name in constants(file) if re.match(r"_?MAX_", name)} <= listed
