"""The code in docs/projections.md is the code of the example, word for word."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "projections.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"\]\((\S+)\):\n\n```(?:python|toml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLE = DOCS.parent / "examples" / "engagement_by_week"


@pytest.mark.parametrize(("file", "block"), BLOCKS, ids=range(len(BLOCKS)))
def test_each_block_is_the_text_of_the_file_that_it_names(file: str, block: str) -> None:
    assert block in (DOCS / file).read_text(encoding="utf-8")


def test_no_block_names_no_file() -> None:
    assert len(BLOCKS) == len(re.findall(r"^```(?:python|toml)$", PAGE, re.MULTILINE))


def test_every_file_of_the_example_is_in_it() -> None:
    files = {path for path in EXAMPLE.rglob("*.*") if path.suffix in (".py", ".toml") and path.name != "__init__.py"}
    assert files <= {(DOCS / file).resolve() for file, _ in BLOCKS}
