"""What the documents point to is there."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
DOCUMENTS = [
    HOUSE / "deploy" / "README.md",
    *(HOUSE / "docs" / name for name in ("architecture.md", "nats_users.md", "projections.md", "views.md")),
    *(HOUSE / "docs" / "decisions").glob("*.md"),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text())
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    named = re.findall(
        r"`((?:bench|deploy|events|examples|projections|services|tests)/[\w./-]*)`", document.read_text()
    )
    assert [name for name in named if not (HOUSE / name).exists()] == []
