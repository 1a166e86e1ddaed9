"""Whose words something is in: the patient's own, which stand in a voice of their own, or somebody else's."""

from dataclasses import dataclass
from typing import Self

from events.vocabulary import Actor, ActorRole
from services.gateway.pages import terms
from services.gateway.pages.language import Language


@dataclass(frozen=True, slots=True)
class Said:
    """Words, and whose they are.

    Attributes:
        is_own: Whether the patient said or wrote them.
        by: Who else did, for a sentence; None where that is said beside it or nobody knows.
    """

    text: str
    is_own: bool
    by: str | None = None

    @classmethod
    def of(cls, language: Language, text: str, actor: str, role: ActorRole) -> Self:
        """Words of an actor in a role."""
        is_own = role == "patient"
        return cls(text, is_own, None if is_own else who(language, actor, role))

    @classmethod
    def by_actor(cls, language: Language, text: str, actor: Actor) -> Self:
        """Words of an actor."""
        return cls.of(language, text, actor.id, actor.role)


def who(language: Language, actor: str, role: ActorRole) -> str:
    """Somebody in a sentence: the patient, or an id with its role."""
    if role == "patient":
        return language.gettext("the patient")
    return language.gettext("%(who)s, %(role)s", who=actor, role=terms.role(language, role))
