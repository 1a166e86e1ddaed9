"""Pages for talks as a browser prints them: one page each on both papers, with all that stands on them."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from playwright.async_api import PdfMargins, expect
from pypdf import PdfReader

from tests.browser.conftest import Open

_PATIENT = "/clinic/northside/patients/pt-7f3a/session"
_MARGINS = PdfMargins(top="16mm", right="16mm", bottom="16mm", left="16mm")


@pytest.mark.parametrize("form", ["usual", "large", "simple"])
async def test_each_sheet_is_one_page_on_either_paper(window: Open, form: str) -> None:
    async with window() as seen:
        await seen.open(f"{_PATIENT}?form={form}")
        assert await seen.page.locator("article.sheet").count() == 2
        for paper in ("A4", "Letter"):
            made = PdfReader(BytesIO(await seen.page.pdf(format=paper, margin=_MARGINS)))
            check([" ".join(page.extract_text().split()) for page in made.pages])


def check(pages: Sequence[str]) -> None:
    """The texts of a plan and of a diary, as they are printed."""
    assert len(pages) == 2
    for each in (
        "“I want my kids to look forward to Sundays with me again.”",
        "You are here",
        "You began here",
        "An afternoon together every Sunday",
        "You aim for six.",
        "Seven. I counted twice.",
    ):
        assert each in pages[0]
    assert "own skin" in pages[1]
    for page in pages:
        assert page.count("?") == 1
        assert "Signed in" not in page
        assert "Today" not in page


async def test_the_form_of_the_plan_is_chosen_and_another_one_is_a_link(window: Open) -> None:
    async with window() as seen:
        await seen.open("/clinic/northside/patients/pt-b52e/session")
        chosen = seen.page.locator(".filters [aria-current=true]")
        await expect(chosen).to_have_text("Simple words and pictures")
        await seen.page.get_by_role("link", name="Large print").click()
        await expect(chosen).to_have_text("Large print")
        await expect(seen.page.locator("article.sheet.large")).to_have_count(2)
        assert seen.complaints == []
