"""How the FHIR adapter says no: to one resource with the place in it, or to a whole file."""

from typing import Any

from events.errors import CairnError

Json = dict[str, Any]  # a JSON object as the file has it, before its schema has been looked at


class RefusedResource(CairnError):
    """A resource that cannot be taken over. `path` is the FHIR element, such as `target[0].measure`."""

    def __init__(self, path: str, detail: str):
        super().__init__(f"{path}: {detail}" if path else detail)
        self.path = path
        self.detail = detail


class RefusedFile(CairnError):
    """A file of which nothing is taken over. `goals` are the references of the Goals that could be seen in it."""

    def __init__(self, file: str, reason: str, goals: tuple[str, ...] = ()):
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason
        self.goals = goals
