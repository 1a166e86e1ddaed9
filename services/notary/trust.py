"""Whom the operator names in the policy, together with the log's own keys: the file that an expert is handed."""

from collections.abc import Iterable

from events.transparency.keys import VerifierKey
from events.transparency.policies import NOBODY, Policy, parse_policy
from events.transparency.refusals import NotProven
from services.notary.errors import NotaryUnusable

_WITHOUT_A_POLICY = "quorum none\n"


def whole_policy(written: str, keys: Iterable[VerifierKey]) -> str:
    """The policy as it is handed out: the log's keys first, then what the operator has written.

    Args:
        written: The operator's file. A line of it for one of the keys is left out, as a key stands in a policy once.

    Raises:
        NotaryUnusable: a line of it cannot be read.
    """
    own = [f"log {key}" for key in keys]
    known = {line.split()[1] for line in own}
    lines = ["" if _names_one_of(known, line) else line for line in (written or _WITHOUT_A_POLICY).splitlines()]
    text = "".join(f"{line}\n" for line in (*own, *lines))
    read_policy(text, first=1 - len(own))
    return text


def read_policy(text: str, first: int = 1) -> Policy:
    """The policy of a text.

    Args:
        first: The number of its first line, where it is part of a file.

    Raises:
        NotaryUnusable: a line of it cannot be read.
    """
    try:
        return parse_policy(text, first)
    except NotProven as refused:
        raise NotaryUnusable(f"The policy of the notary cannot be used: {refused}. Correct the file.") from None


def quorum_of(policy: Policy) -> str:
    """What a policy asks for, in words, such as `any of 2`."""
    if policy.quorum == NOBODY:
        return NOBODY
    group = policy.groups.get(policy.quorum)
    if group is None:
        return policy.quorum
    most = len(group.members)
    wanted = {1: "any", most: "all"}.get(group.threshold, str(group.threshold)) if most > 1 else "all"
    return f"{wanted} of {most}"


def _names_one_of(keys: set[str], line: str) -> bool:
    words = line.split()
    return len(words) > 1 and words[0] == "log" and words[1] in keys
