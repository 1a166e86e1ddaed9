"""Who asks, as the endpoints see it; and of whom they say something, for the record of what was read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from services.access.principal import Principal, everyone_of


@dataclass(slots=True)
class Asking:
    """One request's principal, and the patients that its answer tells something about.

    Attributes:
        principal: Who asks.
        seen: The patients whose data is in the answer, by organisation.
    """

    principal: Principal
    seen: dict[str, set[str]] = field(default_factory=dict)

    def saw(self, org: str, patients: Iterable[str]) -> None:
        """Note that the answer tells something about these patients."""
        self.seen.setdefault(org, set()).update(patients)


async def _of_the_request(request: Request) -> Asking:
    asking: Asking | None = getattr(request.state, "asking", None)
    return asking or Asking(everyone_of(frozenset(), "node"))


Asks = Annotated[Asking, Depends(_of_the_request)]
