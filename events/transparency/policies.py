"""Policies (C2SP tlog-policy): which log and which witnesses somebody trusts, and how many of them are enough.

It is the file that an expert is handed by somebody else than the one who hands over the history.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from events.transparency.keys import COSIGNATURE, VerifierKey, parse_verifier_key
from events.transparency.refusals import NotProven

NOBODY = "none"
"""The name of a quorum that asks for no witness."""
_NAME = re.compile(r"[^\s+]+")
_NUMBER = re.compile(r"[1-9]\d{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who cosigns.

    Attributes:
        name: What the policy calls it; not the name in its key.
        url: Where it is asked for cosignatures, where the policy says so.
    """

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Some of whom enough have to say so.

    Attributes:
        threshold: How many of the members.
        members: Names of witnesses and of groups above.
    """

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom somebody trusts.

    Attributes:
        logs: The keys of logs, each with its address where the policy says so.
        witnesses: By name.
        groups: By name.
        quorum: The name of the witness or group that is enough, or `none`.
    """

    quorum: str
    logs: Sequence[tuple[VerifierKey, str | None]] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def is_met(self, cosigners: Collection[bytes]) -> bool:
        """Whether the owners of these public keys are enough."""
        return self.quorum == NOBODY or self._says_so(self.quorum, cosigners)

    def _says_so(self, name: str, cosigners: Collection[bytes]) -> bool:
        if (witness := self.witnesses.get(name)) is not None:
            return witness.key.public in cosigners
        group = self.groups[name]
        return sum(self._says_so(each, cosigners) for each in group.members) >= group.threshold


def parse_policy(text: str, first: int = 1) -> Policy:
    """The policy of a file.

    Args:
        first: The number of the first line, as messages have it. What somebody has put in front of a file is not
            counted as a part of it.

    Raises:
        NotProven: a line of it cannot be read; the message says which.
    """
    reader = _PolicyReader()
    for number, line in enumerate(text.splitlines(), first):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.take(words)
        except NotProven as refused:
            raise NotProven(f"line {number} of the policy: {refused}") from None
    return reader.policy()


class _PolicyReader:
    def __init__(self) -> None:
        self._logs: list[tuple[VerifierKey, str | None]] = []
        self._witnesses: dict[str, Witness] = {}
        self._groups: dict[str, Group] = {}
        self._members: set[str] = set()
        self._quorum: str | None = None

    def take(self, words: Sequence[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) <= 1:
                self._logs.append((self._new_key(key), url[0] if url else None))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._witness(self._new_name(name), key, url[0] if url else None)
            case ["group", name, threshold, *members] if members:
                self._groups[name] = self._group(self._new_name(name), threshold, members)
            case ["quorum", name]:
                if self._quorum is not None:
                    raise NotProven("there is a quorum already")
                if name != NOBODY and name not in self._witnesses and name not in self._groups:
                    raise NotProven("the quorum names nobody that stands above it")
                self._quorum = name
            case _:
                raise NotProven("it is none of log, witness, group and quorum with what belongs to it")

    def policy(self) -> Policy:
        if self._quorum is None:
            raise NotProven("the policy names no quorum")
        return Policy(self._quorum, tuple(self._logs), self._witnesses, self._groups)

    def _witness(self, name: str, key: str, url: str | None) -> None:
        parsed = self._new_key(key)
        if parsed.kind != COSIGNATURE:
            raise NotProven("the key of a witness is not one for cosignatures (type 04)")
        self._witnesses[name] = Witness(name, parsed, url)

    def _group(self, name: str, threshold: str, members: Sequence[str]) -> Group:
        for each in members:
            if each not in self._witnesses and each not in self._groups:
                raise NotProven("a member of the group does not stand above it")
            if each in self._members:
                raise NotProven("a member of the group is a member already")
            self._members.add(each)
        most = len(members)
        wanted = {"any": 1, "all": most}.get(threshold, int(threshold) if _NUMBER.fullmatch(threshold) else 0)
        if not 1 <= wanted <= most:
            raise NotProven("a group asks for any, all, or a number of its members")
        return Group(wanted, tuple(members))

    def _new_name(self, name: str) -> str:
        if not _NAME.fullmatch(name) or name == NOBODY or name in self._witnesses or name in self._groups:
            raise NotProven("the name is no name, or is there already")
        return name

    def _new_key(self, text: str) -> VerifierKey:
        key = parse_verifier_key(text)
        there = [log for log, _ in self._logs] + [each.key for each in self._witnesses.values()]
        if any(each.public == key.public for each in there):
            raise NotProven("the same public key stands in the policy twice")
        return key
