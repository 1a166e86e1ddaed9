"""docs/codes.md lists every code, with its kind, its HTTP status and its meaning."""

from pathlib import Path

from services.gateway.codes_page import with_codes

PAGE = (Path(__file__).parents[3] / "docs" / "codes.md").read_text(encoding="utf-8")


def test_the_codes_in_the_document_are_those_of_the_code() -> None:
    assert with_codes(PAGE) == PAGE, "make codes"
