"""The PDF of sheets: what stands in it, a page each on both papers, for readers of screens, nothing from elsewhere."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from projections.engine.paging import Json
from services.gateway.pages import pdf
from services.gateway.pages.language import language_of
from services.gateway.pages.pdf import PdfUnavailable, painting_rules, pdf_of
from services.gateway.pages.rendering import by_itself
from services.gateway.pages.session.sheet_size import Form, Paper
from services.gateway.pages.session.view import sheets
from services.gateway.pages.static_files import static_files
from tests.unit.gateway.pages.sessions import HOSTILE, session, sheet, step, week, win

PAPERS: dict[Paper, tuple[float, float]] = {"a4": (595.3, 841.9), "letter": (612.0, 792.0)}
FORMS: tuple[Form, ...] = ("usual", "large", "simple")
LONG = "We walked along the canal to the lock and back again and it rained the whole way"
ORDINARY = sheet(
    statement="I want my kids to look forward to Sundays with me again.",
    steps=[
        step(2, "They ask by themselves what we will do next Sunday"),
        step(1, "An afternoon together every Sunday"),
        step(0, "An afternoon together every second Sunday, sober and on time"),
        step(-1, "A short phone call on Sunday"),
        step(-2, "No contact on Sundays"),
    ],
    wins=[
        win("Seven. I counted twice.", milestones=["A whole week, Monday to Sunday"]),
        win("We made pancakes. Nobody checked my breath. I noticed that."),
        win("Forgot to think about it until nine o'clock. First time."),
    ],
)
LENGTHY = sheet(
    statement=f"{LONG}, and I want that to be my life.",
    steps=[step(level, LONG) for level in (2, 1, 0, -1, -2)],
    wins=[win(LONG), win(LONG), win(LONG)],
)


@pytest.fixture(autouse=True)
def _can_be_made() -> None:
    try:
        pdf.check_available()
    except PdfUnavailable as missing:
        pytest.skip(str(missing))


def html(*told: Json, form: Form | None = None, lang: str = "en") -> str:
    language = language_of([lang], None)
    views = sheets(language, [session(*told)], form)
    return by_itself("session_print.html", language, title=views[0].talk, views=views)


def read(made: bytes) -> PdfReader:
    return PdfReader(BytesIO(made))


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("name", "told"), [("ordinary", ORDINARY), ("lengthy", LENGTHY)])
def test_a_sheet_is_one_page_of_either_paper(paper: Paper, form: Form, name: str, told: Json) -> None:
    if name == "lengthy" and form != "usual":
        pytest.skip("large print stays large, and goes on to a second page")
    made = read(pdf_of(html(told, told, form=form), paper))

    assert len(made.pages) == 2
    for page in made.pages:
        assert [round(float(each), 1) for each in page.mediabox[2:]] == list(PAPERS[paper])
        assert page.extract_text().count("?") == 1


@pytest.mark.parametrize("paper", PAPERS)
def test_what_is_too_much_for_a_page_goes_on_and_loses_nothing(paper: Paper) -> None:
    words = " ".join(f"word{number}" for number in range(600))
    made = read(pdf_of(html(sheet(statement=words), form="usual"), paper))
    said = " ".join(" ".join(page.extract_text() for page in made.pages).split())

    assert len(made.pages) > 1
    assert words in said
    assert said.endswith("What would you like more of?")


def test_a_word_without_an_end_stays_on_the_page() -> None:
    made = read(pdf_of(html(sheet(statement="o" * 4000), form="usual"), "a4"))
    assert sum(page.extract_text().count("o" * 20) for page in made.pages) > 40


def test_it_says_what_stands_on_the_page_and_what_people_wrote_as_they_wrote_it() -> None:
    told = sheet(statement=HOSTILE, steps=[step(0, HOSTILE)], wins=[win(HOSTILE)], week=[week(what=HOSTILE)])
    (page,) = read(pdf_of(html(told), "a4")).pages
    said = " ".join(page.extract_text().split())

    assert said.count("<script>alert(1)</script> \"'& <b>") == 4
    assert "You aim for six." in said


def test_it_is_tagged_and_names_its_language_and_its_title() -> None:
    made = read(pdf_of(html(ORDINARY, lang="es"), "a4"))
    root: Any = made.trailer["/Root"]

    assert root["/Lang"] == "es"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert made.metadata is not None
    assert made.metadata.title == "Para nuestra conversación: miércoles, 4 de marzo"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_its_fonts_are_inside() -> None:
    made = read(pdf_of(html(ORDINARY), "a4"))
    fonts = [font.get_object() for page in made.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]

    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert any(name.startswith("/FontFile") for name in inner["/FontDescriptor"].get_object())


def test_its_pictures_have_the_colours_of_paper() -> None:
    rules = painting_rules(static_files()["style.css"].content.decode())

    assert ".told { fill: #1e564e; stroke: #1e564e; }" in rules
    assert ".laid { fill: #d6e7e1; stroke: #1e564e;" in rules
    assert "var(" not in rules


@pytest.mark.parametrize(
    "place", ["https://example.org/x.css", "file:///etc/passwd", "/static/0123456789abcdef/style.css"]
)
def test_it_asks_for_nothing_but_our_own_files(place: str) -> None:
    asked = html(ORDINARY).replace("</head>", f'<link rel="stylesheet" href="{place}"></head>')
    with pytest.raises(ValueError, match="none of its files"):
        pdf_of(asked, "a4")


def test_without_weasyprint_or_pango_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str, *_: object, **__: object) -> object:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *_, **__)  # type: ignore[arg-type]

    real = __import__
    monkeypatch.setattr("builtins.__import__", broken)
    with pytest.raises(PdfUnavailable, match="apt-get install libpango"):
        pdf_of("<html>", "a4")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", [" ".join(["step"] * 600), "W" * 3900], ids=["long", "without a space"])
def test_steps_and_wins_that_are_longer_than_a_page_go_on(form: Form, text: str) -> None:
    told = sheet(steps=[step(level, f"{text} end{level}") for level in (2, 1)], wins=[win(f"{text} won")])
    made = read(pdf_of(html(told, form=form), "a4"))
    said = " ".join(page.extract_text() for page in made.pages)

    assert len(made.pages) > 1
    assert "end1" in said
