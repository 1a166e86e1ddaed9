"""Who asks, as the endpoints see it; and of whom they say something, for the record of what was read."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated

from starlette.requests import Request

from events.flag import Audience
from events.vocabulary import Allowed
from projections.engine.paging import Json
from services.access.policy import GRANTS, Reading, may_read
from services.access.principal import Principal
from services.gateway.access.consents import NOTHING, Consents
from services.gateway.access.wordless import without_words
from services.gateway.routing import Depends

NOBODY = Principal(id="nobody", kind="system", roles=frozenset())
"""Who asks for what is open."""
_STAFF = frozenset(role for role, grant in GRANTS.items() if grant.reach == "own organisations")
"""Who reads what is for staff: those who may read of everyone in their organisations."""


async def _none(principal: Principal, org: str, patient: str) -> frozenset[Allowed]:
    return NOTHING


async def _still_allowed() -> None:
    return


@dataclass(slots=True)
class Asking:
    """One request's principal, and the patients that its answer tells something about.

    Attributes:
        principal: Who asks.
        seen: The patients whose data is in the answer, by organisation.
        words: Whether the answer may have in it what people said.
        consents: What patients allow the principal.
        judge_again: Judges the request once more, for an answer that has no end; raises RequestRefused.
    """

    principal: Principal
    seen: dict[str, set[str]] = field(default_factory=dict)
    words: bool = True
    consents: Consents = _none
    judge_again: Callable[[], Awaitable[None]] = _still_allowed

    def saw(self, org: str, patients: Iterable[str]) -> None:
        """Note that the answer tells something about these patients."""
        self.seen.setdefault(org, set()).update(patients)

    async def may_read(self, reading: Reading, org: str | None, patient: str | None = None) -> bool:
        """Whether the policy, and the patient's consent where it needs one, allow a reading."""
        if self.principal.has("family") and org is not None and patient is not None:
            allowed = await self.consents(self.principal, org, patient)
            return may_read(self.principal, reading, org, patient, allowed)
        return may_read(self.principal, reading, org, patient)

    def orgs(self, reading: Reading) -> frozenset[str] | None:
        """The organisations of which something may be read whole; None for all there are."""
        if may_read(self.principal, reading):
            return None
        return frozenset(org for org in self.principal.orgs if may_read(self.principal, reading, org))

    def is_own_patient(self, org: str | None, patient: str | None) -> bool:
        """Whether a patient is the principal's own."""
        return patient is not None and patient == self.principal.patient and org in self.principal.orgs

    def shown(self, told: Json) -> Json:
        """What a query found, without what people said where the principal may not read that."""
        if self.words:
            return told
        without: Json = without_words(told)
        return without

    def audience(self, wanted: Audience) -> Audience:
        """For whom an answer is written: a patient and the family never get what is for staff."""
        return wanted if self.principal.has(*_STAFF) else "patient"


def _of_the_request(request: Request) -> Asking:
    asking: Asking = request.scope["state"]["asking"]
    return asking


Asks = Annotated[Asking, Depends(_of_the_request)]
"""Who asks, as an endpoint asks for it."""
