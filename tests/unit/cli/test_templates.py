"""Goal templates from the command line, without a running Cairn."""

import json

from click.testing import CliRunner, Result

from services.cli import cairn
from services.templates.library import library


def templates(*arguments: str) -> Result:
    return CliRunner().invoke(cairn, ["templates", *arguments])


def test_they_are_listed() -> None:
    told = templates("list")
    assert told.exit_code == 0
    assert all(template.id in told.output for template in library().latest())


def test_they_are_listed_for_programs() -> None:
    listed = json.loads(templates("list", "--json").output)
    assert [each["id"] for each in listed["items"]] == [template.id for template in library().latest()]
    assert set(listed["items"][0]) == {"id", "version", "title", "about", "life_area", "frameworks"}


def test_one_is_shown_with_what_to_ask_and_what_it_proposes() -> None:
    told = templates("show", "attend-groups").output
    assert "Measure        groups attended: at least 3 groups a week\n" in told
    assert "Ask            Which days are realistic" in told


def test_one_is_shown_for_programs_ready_to_be_proposed() -> None:
    shown = json.loads(templates("show", "trust-at-home", "--json").output)
    assert shown["proposal"]["template"] == {"id": "trust-at-home", "version": 1}
    assert "statement" not in shown["proposal"]


def test_an_unknown_one_is_refused_in_a_sentence() -> None:
    for arguments in (("show", "nothing\x1b"), ("show", "attend-groups", "--version", "99")):
        told = templates(*arguments)
        assert told.exit_code == 1
        assert "\x1b" not in told.output
        assert "`cairn templates list` names them all" in told.output
