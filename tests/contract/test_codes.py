"""The codes with which Cairn says no: all in one table, all in use; and the errors that it raises: all in one tree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from events import errors
from events.codes import CODES, KINDS, RETRYABLE
from events.errors import Rejected

ROOT = Path(__file__).parents[2]
PACKAGES = ("events", "projections", "services")
CANNOT_HAPPEN = {"review.not_scheduled"}
"""Published, but never raised: tests/unit/goals/test_invariants.py shows that it cannot happen."""
_CODE = re.compile(r"[a-z]+\.[a-z_]+")
_TAKES_A_CODE = {"PydanticCustomError", "Rejected", "RejectedOutcome", "RequestRefused"}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if name != "events/codes.py":
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _raised(tree: ast.Module) -> Iterator[str]:
    """The codes that are given as an argument to what takes one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TAKES_A_CODE:
            code = next((each.value for each in node.keywords if each.arg == "code"), next(iter(node.args), None))
            if isinstance(code, ast.Constant) and _CODE.fullmatch(str(code.value)):
                yield str(code.value)


def test_every_code_that_is_raised_is_in_the_table() -> None:
    raised = {(name, code) for name, tree in _modules() for code in _raised(tree)}

    assert len(raised) > len(CODES)
    assert {(name, code) for name, code in raised if code not in CODES} == set()


def test_every_code_in_the_table_is_used() -> None:
    used = {text for _, tree in _modules() for text in _texts(tree)}

    assert CODES.keys() - used == CANNOT_HAPPEN


def test_every_meaning_is_a_sentence() -> None:
    assert all(each.endswith(".") for each in (*KINDS.values(), *(code.meaning for code in CODES.values())))


def test_what_may_be_tried_again_is_of_the_kind_retry() -> None:
    assert {"log.unavailable", "log.busy", "projection.behind"} <= RETRYABLE
    assert not {"goal.closed", "event.invalid", "internal.error"} & RETRYABLE


@pytest.mark.parametrize("code", ["goal.nonsense", "http.not_found"])
def test_a_submission_is_rejected_with_a_code_of_submissions_only(code: str) -> None:
    with pytest.raises(ValueError, match=f"{re.escape(code)} is not a published code of a submission"):
        Rejected(code, "x")


def test_every_error_is_in_the_tree_under_the_error_that_it_is_one_of() -> None:
    assert errors.__doc__ is not None
    assert dict(_drawn(errors.__doc__)) == _defined()


def _drawn(docstring: str) -> Iterator[tuple[str, str]]:
    """Each error of the tree in a docstring, and the one that it is derived from; a package is no error."""
    above: list[tuple[int, str]] = []
    for line in docstring.splitlines():
        if found := re.fullmatch(r"(    [├└│ ─]*)(\w+)(.*)", line):
            depth, name = len(found[1]), found[2]
            above = [each for each in above if each[0] < depth]
            is_error = name[:1].isupper()
            if above and is_error:
                yield name, above[-1][1]
            above.append((depth, name if is_error else above[-1][1]))


def _defined() -> dict[str, str]:
    """Each error that the packages define, and the one that it is derived from."""
    bases = {
        node.name: base.id
        for _, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases[:1]
        if isinstance(base, ast.Name)
    }

    def is_error(name: str) -> bool:
        return name == "CairnError" or (name in bases and is_error(bases[name]))

    return {name: base for name, base in bases.items() if is_error(base)}
