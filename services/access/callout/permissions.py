"""What a principal may publish and hear over NATS within one organisation: the only fence behind a token. Pure.

What may be heard is asked of the one policy (`services/access/policy.py`). Whatever is not given here is refused by the
server.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from events.identity import FEED, INTAKE, NOTICE, OUTCOME, SUBMIT, is_token
from services.access.policy import GRANTS, may_read
from services.access.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class Permissions:
    """The subjects that a user of NATS may publish on and subscribe to.

    Attributes:
        publish: Subjects; none for nothing at all.
        subscribe: Subjects; none for nothing at all.
    """

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    def claims(self) -> dict[str, Any]:
        """The permissions as a user JWT has them.

        For nats-server an empty list is no limit, so nothing is written as everything denied.
        """
        return {"pub": _allowing(self.publish), "sub": _allowing(self.subscribe)}


def permissions(principal: Principal, org: str) -> Permissions | None:
    """What a principal may do in one of its organisations; None when that is nothing.

    Args:
        org: One organisation of the principal's.
    """
    if org not in principal.orgs or not is_token(org):
        return None
    publish, subscribe = set[str](), set[str]()
    for whose, patient in _reaches(principal, org):
        if _may_submit(principal, patient):
            publish |= {f"{SUBMIT}.{whose}.>", f"{INTAKE}.{whose}.>"}
            subscribe.add(f"{OUTCOME}.{whose}.>")
        if may_read(principal, "history", org, patient):
            subscribe.add(f"{FEED}.{whose}.>")
        if may_read(principal, "schedule", org, patient):
            subscribe.add(f"{NOTICE}.{whose}.>")
    if not publish and not subscribe:
        return None
    return Permissions(tuple(sorted(publish)), (*sorted(subscribe), f"{inbox_prefix(principal.id)}.>"))


def inbox_prefix(id_: str) -> str:
    """The prefix of the subjects on which answers to a principal come, so that nobody else hears them.

    An id that is one word of letters, digits, `-` and `_` stands in it as it is. Of any other id it is 32 digits of a
    SHA-256, behind a `~`, which no id has that stands as it is.
    """
    shown = id_ if is_token(id_) else f"~{sha256(id_.encode()).hexdigest()[:32]}"
    return f"_INBOX_{shown}"


def _reaches(principal: Principal, org: str) -> Iterator[tuple[str, str | None]]:
    """The subjects' tokens of whom the principal may have to do with: all of the organisation, and its own patient."""
    yield org, None
    if principal.patient is not None and is_token(principal.patient):
        yield f"{org}.{principal.patient}", principal.patient


def _may_submit(principal: Principal, patient: str | None) -> bool:
    """Whether events may come from the principal, about one patient or, without one, about all of the organisation.

    Who may submit what is decided with each event (`check_submission`). Here it is only whether there can be any.
    """
    return any(_submits(principal, role, patient) for role in principal.roles)


def _submits(principal: Principal, role: Role, patient: str | None) -> bool:
    grant = GRANTS[role]
    if grant.reach == "own patient":
        return grant.as_itself is not None and patient is not None and patient == principal.patient
    if grant.reach != "own organisations":
        return False
    return bool(principal.speaks_for) if role == "system" else grant.as_itself is not None


def _allowing(subjects: tuple[str, ...]) -> dict[str, list[str]]:
    return {"allow": list(subjects)} if subjects else {"deny": [">"]}
