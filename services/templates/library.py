"""The templates that come with Cairn: one file for each version of each, in TOML."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import to_json

from events.errors import CairnError
from events.wrong_values import wrong_values
from services.templates.template import GoalTemplate

FILES = Path(__file__).parent / "files"


class WrongTemplate(CairnError):
    """A template's file cannot be used; the text says which file, and why."""


class Library:
    """Templates by id and version. A published version never changes, as goals name it; a new one gets a new file.

    Args:
        templates: The templates in any order; each id and version once.
    """

    def __init__(self, templates: Mapping[tuple[str, int], GoalTemplate]):
        self._templates = templates

    def latest(self) -> list[GoalTemplate]:
        """The latest version of every template, by life area and title."""
        newest = {id_: self._templates[id_, version] for id_, version in sorted(self._templates)}
        return sorted(newest.values(), key=lambda template: (template.proposal.life_area, template.title))

    def find(self, id_: str, version: int | None = None) -> GoalTemplate | None:
        """One template, in the given version or else in its latest one."""
        versions = self.versions(id_)
        wanted = version if version is not None else max(versions, default=0)
        return self._templates.get((id_, wanted))

    def versions(self, id_: str) -> list[int]:
        """The versions of a template; none when there is no such template."""
        return sorted(version for known, version in self._templates if known == id_)


@cache
def library() -> Library:
    """The templates that come with Cairn."""
    return read_library(FILES)


def read_library(folder: Path) -> Library:
    """Read and check every template in a folder.

    Raises:
        WrongTemplate: a file cannot be used.
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
        # The values go through JSON, so that they are checked as strictly as those of an event.
        return GoalTemplate.model_validate_json(to_json(content))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongTemplate(f"{path.name}: {error}") from error
    except ValidationError as error:
        wrong = wrong_values(error)[0]
        raise WrongTemplate(f"{path.name}: {wrong.field or 'the template'}: {wrong.sentence}") from error
