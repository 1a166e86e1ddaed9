"""docs/views.md lists every view, with every column and what it means."""

import re
from pathlib import Path

import pytest

from projections.data_dictionary import every_view, with_columns

PAGE = (Path(__file__).parents[3] / "docs" / "views.md").read_text(encoding="utf-8")


def test_the_columns_in_the_document_are_those_of_the_code() -> None:
    assert with_columns(PAGE) == PAGE, "make views"


def test_every_view_has_its_chapter() -> None:
    chapters = re.findall(r"^## (v_\w+)\n\n<!-- columns of \1 -->$", PAGE, re.MULTILINE)
    assert sorted(chapters) == sorted(every_view())


@pytest.mark.parametrize("name", every_view())
def test_every_column_has_a_meaning(name: str) -> None:
    view = every_view()[name]
    assert view.about
    assert list(view.query.selected_columns.keys()) == list(view.meanings)
    assert all(meaning.endswith(".") for meaning in view.meanings.values())
