"""What the documents point to is there."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
DOCUMENTS = [
    *(HOUSE / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    HOUSE / "deploy" / "README.md",
    *sorted((HOUSE / "docs").rglob("*.md")),
]
_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(HOUSE)))


@_document
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[)#]", document.read_text())
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@_document
def test_links_to_a_heading_lead_to_one(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", document.read_text())
    pages = ((document.parent / page if page else document, heading) for page, heading in links)
    assert [(page.name, heading) for page, heading in pages if heading not in headings(page)] == []


def headings(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@_document
def test_files_that_are_named_exist(document: Path) -> None:
    named = re.findall(
        r"`((?:bench|deploy|events|examples|projections|services|tests)/[\w./-]*)`", document.read_text()
    )
    assert [name for name in named if not (HOUSE / name).exists()] == []


ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in (HOUSE / "docs" / "compatibility.md").read_text().splitlines()[1:]
    if line.startswith("| ") and not line.startswith("| software")
]
"""Which software, what happens, where Cairn copes."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2])[:60])
def test_a_row_of_the_table_of_compatibility_can_be_run(row: list[str]) -> None:
    software, _, where = row
    named = re.findall(r"`((?:tests|bench|findings)/[\w./-]+)`", where)
    named += [f"findings/{name}" for name in re.findall(r"\(\.\./findings/([\w-]+\.sh)\)", " ".join(row))]
    assert re.search(r"\d|tzdata|nats-server|useradd", software), "it names a version"
    assert any((HOUSE / name).exists() for name in named), "no test and no script"
    assert [name for name in re.findall(r"`([\w./-]+/[\w.-]+\.\w+)`", where) if not (HOUSE / name).exists()] == []


_LOCKED = dict(re.findall(r"^([a-z0-9-]+)==([\w.]+)", (HOUSE / "requirements-dev.lock").read_text(), re.MULTILINE))
_NOT_LOCKED_HERE = {("duckdb", "2.0.1")}
"""Newer ones, that could not be taken."""


def test_what_is_said_of_a_release_is_said_of_the_one_in_the_lock() -> None:
    """Whoever renews the lock runs what the rows name, and says of which release they speak now."""
    told = {
        (name.lower(), version.rstrip("."))
        for software, *_ in ROWS
        for name, version in re.findall(r"([A-Za-z][\w.-]*) (\d[\d.]*)", software)
    }
    locked = {(name, version) for name, version in told - _NOT_LOCKED_HERE if name in _LOCKED}
    assert locked
    assert {(name, version) for name, version in locked if not f"{_LOCKED[name]}.".startswith(f"{version}.")} == set()
