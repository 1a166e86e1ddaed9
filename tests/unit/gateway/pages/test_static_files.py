"""The files that pages are dressed with: at the address of their content, and of others only what is on the list."""

import re
from hashlib import sha256
from typing import NamedTuple

import pytest

from services.gateway.pages.static_files import FOLDER, MEDIA_TYPES, StaticFile, static_files

_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([\d.]+) \| ([^|]+) \| ([^|]+) \| ([0-9a-f]{64}) \|$", re.MULTILINE)
_OF_OTHERS = re.compile(rb"@license|/\*!|sourceMappingURL|copyright", re.IGNORECASE)
_ELSEWHERE = re.compile(rb"(?<!xmlns=\")(?:https?:)?//(?<!xmlns=\"http://)[a-z0-9.-]+\.[a-z]{2,}")
"""An address on another host; the name of the SVG namespace leads nowhere."""
OUR_SCRIPTS_BYTES = 11 * 1024
FIRST_PAGE_FILES_BYTES = 30 * 1024
"""What the files of Today may weigh over the wire; the page itself with fifty rows takes a third of the 100 kB."""


class Vendored(NamedTuple):
    """A row of the list."""

    file: str
    package: str
    version: str
    licence: str
    licence_file: str
    digest: str


def read(page: str) -> list[Vendored]:
    return [Vendored(*row) for row in _ROW.findall(page)]


PAGE = (FOLDER / "vendored.md").read_text(encoding="utf-8")
VENDORED = {row.file: row for row in read(PAGE)}
FILES = list(static_files().values())


def test_a_row_of_the_list_is_read() -> None:
    row = f"| htmx.min.js | htmx.org | 4.0.1 | 0BSD | htmx.LICENSE.txt | {'0' * 64} |"

    assert read(row) == [Vendored("htmx.min.js", "htmx.org", "4.0.1", "0BSD", "htmx.LICENSE.txt", "0" * 64)]
    assert len(read(PAGE)) == PAGE.count("\n| ") - 1


def test_what_is_on_the_list_is_there_as_it_came_with_its_licence() -> None:
    for row in VENDORED.values():
        assert sha256((FOLDER / row.file).read_bytes()).hexdigest() == row.digest, row.file
        assert (FOLDER / row.licence_file).read_text(encoding="utf-8").strip(), row.file


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_is_not_on_the_list_is_ours(file: StaticFile) -> None:
    if file.name not in VENDORED:
        assert _OF_OTHERS.search(file.content) is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_names_no_other_host_and_its_address_is_that_of_its_content(file: StaticFile) -> None:
    assert file.name in VENDORED or _ELSEWHERE.search(file.content) is None
    assert file.address == f"/static/{sha256(file.content).hexdigest()[:16]}/{file.name}"


def test_nothing_lies_there_that_nobody_is_sent() -> None:
    known = {"vendored.md", *(row.licence_file for row in VENDORED.values())}

    assert {path.name for path in FOLDER.iterdir() if path.suffix not in MEDIA_TYPES} <= known


def test_our_scripts_stay_small() -> None:
    ours = [file for file in FILES if file.name.endswith(".js") and file.name not in VENDORED]

    assert sum(len(file.content) for file in ours) <= OUR_SCRIPTS_BYTES


def test_the_files_of_the_first_page_are_light_on_the_way() -> None:
    files = ("style.css", "htmx.min.js", "unanswered.js", "today.js", "mark.svg")

    assert sum(len(static_files()[name].compressed) for name in files) <= FIRST_PAGE_FILES_BYTES


def test_no_template_has_htmx_run_a_text_as_a_program() -> None:
    """Nothing may be run from a text here, so that such an attribute would do nothing but complain."""
    for path in (FOLDER.parent / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"hx-on|hx-[a-z:-]+=[\"'](?:js|javascript):|hx-trigger=\"[^\"]*\[", text) == [], path.name


def test_no_column_grows_with_a_long_word() -> None:
    """A column of `1fr` is at least as wide as its longest word: what somebody wrote would push the page aside."""
    rules = static_files()["style.css"].content.decode()

    assert re.findall(r"grid-template-columns:[^;]* 1fr[ ;]", rules) == []
