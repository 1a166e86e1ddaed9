"""The templates that come with Cairn: one file for each version of each, in TOML."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import to_json

from events.errors import CairnError
from services.templates.template import GoalTemplate

FILES = Path(__file__).parent / "files"


class WrongTemplate(CairnError):
    """A template's file cannot be used; says which, and why."""


class Library:
    """Templates by id and version. A version that goals may name is never changed: the next one gets a file of its own.

    Args:
        templates: In any order, no version of any id twice.
    """

    def __init__(self, templates: Mapping[tuple[str, int], GoalTemplate]):
        self._templates = templates

    def latest(self) -> list[GoalTemplate]:
        """The latest version of every template, by life area and title."""
        newest = {id_: self._templates[id_, version] for id_, version in sorted(self._templates)}
        return sorted(newest.values(), key=lambda template: (template.proposal.life_area, template.title))

    def find(self, id_: str, version: int | None = None) -> GoalTemplate | None:
        """One template, in its latest version unless another is asked for."""
        versions = self.versions(id_)
        wanted = version if version is not None else max(versions, default=0)
        return self._templates.get((id_, wanted))

    def versions(self, id_: str) -> list[int]:
        """The versions of a template that there are; none when it is not known."""
        return sorted(version for known, version in self._templates if known == id_)


@cache
def library() -> Library:
    """The templates that come with Cairn."""
    return read_library(FILES)


def read_library(folder: Path) -> Library:
    """Read and check every template in a folder.

    Raises:
        WrongTemplate: one cannot be used.
    """
    templates: dict[tuple[str, int], GoalTemplate] = {}
    for path in sorted(folder.glob("*.toml")):
        template = _read(path)
        if (template.id, template.version) in templates:
            raise WrongTemplate(f"{path.name}: there is a version {template.version} of {template.id} already.")
        templates[template.id, template.version] = template
    return Library(templates)


def _read(path: Path) -> GoalTemplate:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        proposal = content.get("proposal")
        if isinstance(proposal, dict):
            proposal["template"] = {"id": content.get("id"), "version": content.get("version")}
        # By way of JSON, as events come: what is read strictly from there is read strictly here.
        return GoalTemplate.model_validate_json(to_json(content))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongTemplate(f"{path.name}: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(str(part) for part in wrong["loc"])
        raise WrongTemplate(f"{path.name}: {field or 'the template'}: {wrong['msg']}.") from error
