"""The page on how to check names what there is, opens by itself, and asks for nothing."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.cli.history_exporting import GUIDE, NOTICE
from services.notary import verify_history
from tests.histories import Clinic, message

PAGE = (Path(verify_history.__file__).parent / GUIDE).read_text(encoding="utf-8")
_VOID = frozenset({"meta"})


class Reader(HTMLParser):
    """Whether everything that is opened is closed, and what leads elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.leads_to: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.leads_to += [str(value) for name, value in attrs if name in {"href", "src", "action"}]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_whole_and_leads_nowhere() -> None:
    reader = Reader()
    reader.feed(PAGE)

    assert (reader.open, reader.leads_to) == ([], [])
    assert "<script" not in PAGE


async def test_it_names_everything_that_lies_beside_it(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path, map(message, range(1, 60)), kept=(5,))
    export = await clinic.export(tmp_path / "export")

    there = {each.name for each in export.iterdir()} | {"nodes.jsonl", "successions", NOTICE}
    told = there - {GUIDE, "history.json"}
    assert [name for name in sorted(told) if f"<code>{name}" not in PAGE] == []


@pytest.mark.parametrize(
    "said", ["VOUCHED FOR", "CONSISTENT IN ITSELF ONLY", "WRONG", "LATE", "CLOCKS", "--policy", "--also"]
)
def test_it_explains_what_the_program_says(said: str) -> None:
    assert said in PAGE
    assert said in Path(verify_history.__file__).read_text(encoding="utf-8")


def test_what_is_to_be_typed_is_whole_and_leaves_the_evidence_alone() -> None:
    typed = [line for block in re.findall(r"<pre>(.*?)</pre>", PAGE, re.DOTALL) for line in block.splitlines()]
    checks = [line for line in typed if "verify_history.py" in line]

    assert len(checks) == 3
    for line in checks:
        assert re.match(r"checking[/\\](bin|Scripts)[/\\]python HISTORY[/\\]verify_history\.py HISTORY --policy ", line)
    assert not [line for line in typed if "venv HISTORY" in line or line.startswith("cd HISTORY")]
    assert "white-space: pre-wrap" in PAGE


def test_words_are_explained_before_they_are_used() -> None:
    steps = PAGE.index("<h2>In four steps")
    for word in ("Checkpoint", "Witness", "Policy"):
        assert PAGE.index(f"<dt>{word}</dt>") < steps
