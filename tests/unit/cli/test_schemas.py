"""The published schemas are those of the code, and are not broken by accident."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from events.catalog import TYPES
from events.json_schemas import SCHEMAS, published_schema
from services.cli import cairn
from tests.builders import GOAL, event, proposed


def schemas(*arguments: str) -> Result:
    return CliRunner().invoke(cairn, ["schemas", *arguments])


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    assert schemas("write", "--dir", str(tmp_path)).exit_code == 0
    return tmp_path


def change(path: Path, **changed: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


def test_the_published_schemas_are_up_to_date() -> None:
    ran = schemas("check")
    assert ran.exit_code == 0, ran.stderr


def test_every_event_type_has_one_and_so_have_envelope_and_outcome(directory: Path) -> None:
    assert {path.stem for path in directory.glob("*.json")} == {*TYPES, "cloudevent", "outcome"}


def test_the_envelope_s_schema_fits_an_event_as_it_is_offered() -> None:
    from events.envelope import structured  # noqa: PLC0415 - beside its only use

    validator = Draft202012Validator(published_schema("cloudevent"))
    offered = structured(event(GOAL, proposed()))
    assert validator.is_valid(offered)
    assert not validator.is_valid({**offered, "subject": "a.b"})
    assert not validator.is_valid({**offered, "Extension": "x"})


def test_a_stale_file_fails_the_check_and_is_named(directory: Path) -> None:
    change(directory / "cairn.goal.agreed.v1.json", description="Something else.")
    ran = schemas("check", "--dir", str(directory))
    assert ran.exit_code == 1
    assert ran.stderr == "Error: Stale: cairn.goal.agreed.v1. Run `cairn schemas write`.\n"


def test_a_missing_file_is_stale(directory: Path) -> None:
    (directory / "outcome.json").unlink()
    assert "Stale: outcome." in schemas("check", "--dir", str(directory)).stderr


def test_a_type_that_is_gone_breaks_what_was_published(directory: Path) -> None:
    (directory / "cairn.goal.dreamt.v1.json").write_text("{}")
    assert "cairn.goal.dreamt.v1: gone." in schemas("check", "--dir", str(directory)).stderr


def test_a_change_that_breaks_senders_is_not_written_over(directory: Path) -> None:
    published = directory / "cairn.goal.held.v1.json"
    change(published, properties={"reason": {"type": "string"}, "until": {"type": "string"}})
    ran = schemas("write", "--dir", str(directory))
    assert ran.exit_code == 1
    assert "cairn.goal.held.v1: until is gone." in ran.stderr
    assert "new version" in ran.stderr
    assert "until" in published.read_text()


def test_what_nobody_uses_yet_may_be_broken(directory: Path) -> None:
    change(directory / "cairn.goal.held.v1.json", required=[])
    assert schemas("write", "--unreleased", "--dir", str(directory)).exit_code == 0
    assert schemas("check", "--dir", str(directory)).exit_code == 0


def test_show_prints_a_schema_and_names_the_remedy_for_an_unknown_one() -> None:
    assert json.loads(schemas("show", "cairn.goal.held.v1").stdout)["title"] == "cairn.goal.held.v1"
    ran = schemas("show", "cairn.goal.hold\x1b.v1")
    assert ran.exit_code == 1
    assert "cairn schemas list" in ran.stderr
    assert "\x1b" not in ran.stderr


def test_list_is_there_for_people_and_programs() -> None:
    assert "cairn.plan.opened.v1" in schemas("list").stdout
    listed = json.loads(schemas("list", "--json").stdout)
    assert len(listed["items"]) == len(SCHEMAS)
    assert all(item["says"] for item in listed["items"][:-1])
