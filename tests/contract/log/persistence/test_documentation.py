"""The example in docs/eventsourcing.md runs as it is written."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).parents[4] / "docs" / "eventsourcing.md"


def test_the_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    # The library finds classes again by the name of their module.
    example = ModuleType("example")
    monkeypatch.setitem(sys.modules, "example", example)
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

    assert blocks
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), vars(example))  # noqa: S102 - the page is ours
