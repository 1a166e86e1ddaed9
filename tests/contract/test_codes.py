"""The codes with which Cairn says no: all in one table, all in use; and the errors that it raises: all in one tree."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

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


class Said(NamedTuple):
    """What all modules say.

    Attributes:
        raised: The modules, each with a code that is given there as an argument to what takes one.
        texts: Every text.
        bases: Every class that is defined, with the first that it is derived from.
    """

    raised: set[tuple[str, str]]
    texts: set[str]
    bases: dict[str, str]


@pytest.fixture(scope="module")
def said() -> Said:
    """Read once, as that takes a second and more."""
    said = Said(set(), set(), {})
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if name != "events/codes.py":
                _read(name, ast.parse(path.read_text(encoding="utf-8")), said)
    return said


def _read(module: str, tree: ast.Module, said: Said) -> None:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                said.texts.add(text)
            case ast.Call(func=ast.Name(id=name)) if name in _TAKES_A_CODE:
                code = next((each.value for each in node.keywords if each.arg == "code"), next(iter(node.args), None))
                if isinstance(code, ast.Constant) and _CODE.fullmatch(str(code.value)):
                    said.raised.add((module, str(code.value)))
            case ast.ClassDef(name=name, bases=[ast.Name(id=base), *_]):
                said.bases[name] = base


def test_every_code_that_is_raised_is_in_the_table(said: Said) -> None:
    assert len(said.raised) > len(CODES)
    assert {(name, code) for name, code in said.raised if code not in CODES} == set()


def test_every_code_in_the_table_is_used(said: Said) -> None:
    assert CODES.keys() - said.texts == CANNOT_HAPPEN


def test_every_meaning_is_a_sentence() -> None:
    assert all(each.endswith(".") for each in (*KINDS.values(), *(code.meaning for code in CODES.values())))


def test_what_may_be_tried_again_is_of_the_kind_retry() -> None:
    assert {"log.unavailable", "log.busy", "projection.behind"} <= RETRYABLE
    assert not {"goal.closed", "event.invalid", "internal.error"} & RETRYABLE


@pytest.mark.parametrize("code", ["goal.nonsense", "http.not_found"])
def test_a_submission_is_rejected_with_a_code_of_submissions_only(code: str) -> None:
    with pytest.raises(ValueError, match=f"{re.escape(code)} is not a published code of a submission"):
        Rejected(code, "x")


def test_every_error_is_in_the_tree_under_the_error_that_it_is_one_of(said: Said) -> None:
    assert errors.__doc__ is not None
    assert dict(_drawn(errors.__doc__)) == _errors(said.bases)


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


def _errors(bases: Mapping[str, str]) -> dict[str, str]:
    """Of all classes those that are errors."""

    def is_error(name: str) -> bool:
        return name == "CairnError" or (name in bases and is_error(bases[name]))

    return {name: base for name, base in bases.items() if is_error(base)}
