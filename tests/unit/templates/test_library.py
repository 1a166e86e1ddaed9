"""The templates that come with Cairn are complete, and a file that is not right is named."""

from datetime import date
from pathlib import Path

import pytest
from pydantic_core import to_json

from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.goal.definition import missing_parts, unsaid_in_smart
from events.vocabulary import Template
from services.templates.library import FILES, Library, WrongTemplate, library, read_library
from services.templates.template import GoalTemplate
from tests.builders import GOAL, event, recorded

LATEST = library().latest()
each_template = pytest.mark.parametrize("template", LATEST, ids=lambda template: template.id)


def proposed(template: GoalTemplate) -> GoalState:
    """The goal that is proposed from a template, in the words of a patient."""
    data = to_json({**template.proposal.model_dump(exclude_none=True), "statement": "Just to feel better"})
    state = fold_goals(recorded([event(GOAL, g.Proposed.model_validate_json(data))]))
    assert state is not None
    return state


def test_there_are_templates_of_both_frameworks_for_the_areas_of_life() -> None:
    assert 8 <= len(LATEST) <= 20
    assert {framework for template in LATEST for framework in template.frameworks} == {"smart", "gas"}
    areas = {template.proposal.life_area for template in LATEST}
    assert areas >= {"family", "work", "coping", "attendance", "sobriety", "health"}


@each_template
def test_a_goal_proposed_from_it_lacks_nothing_and_names_it(template: GoalTemplate) -> None:
    goal = proposed(template)
    assert missing_parts(goal, simplified=False) == ()
    assert unsaid_in_smart(goal.smart) == ()
    assert goal.template == Template(id=template.id, version=template.version)
    assert goal.statement == "Just to feel better"


@each_template
def test_it_asks_before_it_proposes(template: GoalTemplate) -> None:
    assert len(template.ask) >= 3
    assert all(question.endswith("?") for question in template.ask)
    assert len(template.examples) >= 2


@each_template
def test_it_uses_no_word_that_judges(template: GoalTemplate) -> None:
    said = template.model_dump_json().lower()
    judging = (
        "addict",
        "abuse",
        "clean",
        "relapser",
        "non-complian",
        "denial",
        "failure",
        "junkie",
        "alcoholic",
        "dirty",
    )
    assert [word for word in judging if word in said.replace("addiction treatment", "")] == []


def test_every_file_is_named_as_its_template_and_version() -> None:
    names = {f"{each.id.replace('-', '_')}.v{each.version}.toml" for each in LATEST}
    assert {path.name for path in FILES.iterdir()} == names


GOOD = """
id = "walk"
version = {version}
title = "Walking {version}"
about = "For someone who likes to walk."
ask = ["Where?"]
examples = ["To the lake."]
[proposal]
kind = "process"
horizon = "short_term"
life_area = "health"
[proposal.smart]
measure = {{ what = "walks", target = 3, per = "week" }}
due = 2027-01-31
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


@pytest.fixture
def two_versions(tmp_path: Path) -> Library:
    return read_library(folder(tmp_path, one=GOOD.format(version=1), two=GOOD.format(version=2)))


def test_the_latest_version_is_listed_and_earlier_ones_stay(two_versions: Library) -> None:
    assert [template.title for template in two_versions.latest()] == ["Walking 2"]
    assert two_versions.versions("walk") == [1, 2]
    latest, first = two_versions.find("walk"), two_versions.find("walk", 1)
    assert (latest and latest.version, first and first.version) == (2, 1)
    assert two_versions.find("walk", 3) is two_versions.find("swim") is None
    assert two_versions.versions("swim") == []


def test_dates_are_read(two_versions: Library) -> None:
    found = two_versions.find("walk")
    assert found is not None
    assert found.proposal.smart is not None
    assert found.proposal.smart.due == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = ", "Invalid"),
        (GOOD.format(version=0), "version: It must be 1 or more."),
        (GOOD.format(version=1).replace("version = 1", 'version = "1"'), "version: It must be a whole number."),
        (GOOD.format(version=1).replace('"health"', '"money"'), "proposal.life_area: It must be"),
        (GOOD.format(version=1).replace("due = 2027-01-31", ""), "lacks smart.due"),
        (GOOD.format(version=1).replace("[proposal.smart]", "[proposal.gas.levels]"), "proposal.gas.levels"),
        (GOOD.format(version=1) + "colour = 1\n", "proposal.smart.colour: Cairn knows no field of this name here."),
        (GOOD.format(version=1).partition("[proposal]")[0], "proposal: It is missing."),
    ],
    ids=["no_toml", "version_0", "version_text", "life_area", "incomplete", "levels", "unknown_field", "no_proposal"],
)
def test_a_file_that_is_not_right_is_named_with_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(WrongTemplate) as refusal:
        read_library(folder(tmp_path, bad=text))
    assert str(refusal.value).startswith("bad.toml: ")
    assert says in str(refusal.value)


def test_a_version_cannot_be_there_twice(tmp_path: Path) -> None:
    with pytest.raises(WrongTemplate, match=r"two.toml: there is a version 1 of walk already"):
        read_library(folder(tmp_path, one=GOOD.format(version=1), two=GOOD.format(version=1)))
