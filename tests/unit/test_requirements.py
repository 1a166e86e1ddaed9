"""Every requirement of the practice is listed with where it is, and the test that is named for it is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from events.goal.flags import FLAGS
from services.gateway.access.operations import OPERATIONS

HOUSE = Path(__file__).parents[2]
DOCUMENT = (HOUSE / "docs" / "requirements.md").read_text()
ROWS = {
    cells[0]: cells[1:] for line in re.findall(r"^\| (S\d+ \|.*) \|$", DOCUMENT, re.M) if (cells := line.split(" | "))
}
HOUSE_FOLDERS = ("events", "projections", "services")


@cache
def names(path: Path) -> set[str]:
    """The tests of a file: functions, and methods as Class::method."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
            found.update(f"{node.name}::{method}" for method in methods)
    return found


def test_every_requirement_has_its_row() -> None:
    assert list(ROWS) == [f"S{number}" for number in range(1, 62)]
    assert all(len(cells) == 3 and all(cells) for cells in ROWS.values())


@pytest.mark.parametrize("requirement", ROWS)
def test_the_tests_that_are_named_are_there(requirement: str) -> None:
    shown_by = ROWS[requirement][2]
    tests = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", shown_by)

    assert tests
    assert [f"{file}::{test}" for file, test in tests if test not in names(HOUSE / file)] == []


def test_the_tests_that_are_named_beside_the_requirements_are_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", DOCUMENT))

    assert [f"{file}::{test}" for file, test in sorted(named) if test not in names(HOUSE / file)] == []


def test_the_endpoints_that_are_named_are_there() -> None:
    there = {operation.path for operation in OPERATIONS}
    named = re.findall(r"`GET ([^`?]+)", DOCUMENT)
    paths = {name: f"/v1/orgs/{{org}}{name.replace('…', '/patients/{patient}')}" for name in named}

    assert named
    assert [name for name, path in paths.items() if path not in there] == []


def test_every_flag_is_named() -> None:
    assert [code for code in FLAGS if f"`{code}`" not in DOCUMENT] == []


def test_the_articles_figures_are_quoted_and_never_computed_with() -> None:
    assert "“0.59 lower distress per unit of goal progress”" in DOCUMENT

    files = [file for folder in HOUSE_FOLDERS for file in (HOUSE / folder).rglob("*.py")]
    assert [file for file in files if re.search(r"\b0?\.59\b", file.read_text())] == []
