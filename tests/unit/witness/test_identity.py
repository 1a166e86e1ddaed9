"""A witness is made once, under a name that nobody else has."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.witness.errors import WitnessRecordsUnusable
from services.witness.identity import WitnessFolder

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize("name", ["witness.northside.example/cairn", "witness.example", "w-1.example/a/b"])
def test_a_name_begins_with_a_domain(tmp_path: Path, name: str) -> None:
    assert WitnessFolder(tmp_path / "witness").make(name, NOW).name == name


@pytest.mark.parametrize(
    "name",
    ["x", "", "localhost/cairn", "https://witness.example", "Witness.example", "a.example/", "a b.example", ".a.b"],
)
def test_what_names_no_domain_is_refused_and_nothing_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(WitnessRecordsUnusable, match="domain that you own"):
        WitnessFolder(tmp_path / "witness").make(name, NOW)
    assert not (tmp_path / "witness").exists()
