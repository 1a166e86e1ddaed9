"""The filter of the audit trail: HTTP parameters inherit it, and the query takes it."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from events.vocabulary import ActorRole, Token
from projections.engine.filters import Filter, PersonId

TypeName = Annotated[str, Field(max_length=100, pattern=r"^[a-z0-9_.]+$", examples=["cairn.goal.revised.v1"])]


class AuditFilter(Filter):
    """Which entries of the audit trail."""

    patient: Token | None = None
    goal: Token | None = None
    type: TypeName | None = Field(None, description="Only events of this type.")
    actor: PersonId | None = Field(None, description="Only events by the person with this id.")
    role: ActorRole | None = Field(None, description="Only events by people of this role, or by systems.")
    clinician: PersonId | None = Field(None, description="Only events of this clinician's patients.")
    since: AwareDatetime | None = Field(None, description="Recorded at or after this instant.")
    until: AwareDatetime | None = Field(None, description="Recorded before this instant.")
    happened_since: AwareDatetime | None = Field(None, description="Happened at or after this instant.")
    happened_until: AwareDatetime | None = Field(None, description="Happened before this instant.")

    @property
    def names_patients(self) -> bool:
        """Whether it is about some patients, whose events an index finds."""
        return self.patient is not None or self.clinician is not None

    @property
    def of_happening(self) -> bool:
        """Whether it asks for when things happened."""
        return self.happened_since is not None or self.happened_until is not None
