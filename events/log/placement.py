"""Which stream of the log an organisation is in.

Usually one stream is the whole log. A busy installation places its organisations on several, which NATS spreads over
its servers. An organisation lives on one stream, so that everything about it has one order and is written in one place.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from events.errors import CairnError, Rejected
from events.identity import LOG, is_token
from events.log.stream import STREAM

_NAME = re.compile(rf"{STREAM}[A-Za-z0-9_-]*", re.ASCII)
_LONGEST_STREAM_NAME = 64
_FORM = f"It is written {STREAM}_A=northside,southside;{STREAM}_B=riverside."
EVERY = "*"
"""Stands for every organisation."""
T = TypeVar("T")


class BadPlacement(CairnError):
    """A placement is not valid; the sentence says what is wrong with it."""


class Placement:
    """The streams of the log, and the organisations of each.

    Args:
        organisations: By stream. Without any, every organisation is in the one stream `CAIRN_LOG`.

    Raises:
        BadPlacement: a stream cannot have the name, an organisation is no token, is nowhere or in two places.
    """

    __slots__ = ("_organisations", "_streams")

    def __init__(self, organisations: Mapping[str, Iterable[str]] | None = None):
        # Sorted, because the order in which they are named means nothing, and the server compares lists.
        self._organisations = {stream: tuple(sorted(orgs)) for stream, orgs in (organisations or {}).items()}
        self._streams: dict[str, str] = {}
        for stream, orgs in self._organisations.items():
            _check_name(stream)
            if not orgs:
                raise BadPlacement(f"No organisation is placed on {stream}. {_FORM}")
            for org in orgs:
                self._place(org, stream)

    @property
    def streams(self) -> tuple[str, ...]:
        """Every stream of the log."""
        return tuple(self._organisations) or (STREAM,)

    def stream_of(self, org: str) -> str:
        """The stream that an organisation is in.

        Raises:
            Rejected: `org.unknown`, when it has no place.
        """
        if not self._organisations:
            return STREAM
        stream = self._streams.get(org)
        if stream is None:
            raise _no_place(org)
        return stream

    def check(self, stream: str) -> None:
        """Make sure that a stream is one of these.

        Raises:
            BadPlacement: when it is not.
        """
        if stream not in self.streams:
            raise BadPlacement(f"The log has no stream {stream}; it has {', '.join(self.streams)} (CAIRN_PLACEMENT).")

    def organisations(self, stream: str) -> tuple[str, ...]:
        """The organisations of a stream, as they stand in subjects: `*` alone for whichever there is."""
        return self._organisations[stream] if self._organisations else (EVERY,)

    def subjects(self, stream: str) -> list[str]:
        """The subjects that a stream takes in: those of its organisations and no others."""
        return [f"{LOG}.{org}.*.*" for org in self.organisations(stream)]

    def __str__(self) -> str:
        """Return the text that :func:`read_placement` reads."""
        return ";".join(f"{stream}={','.join(orgs)}" for stream, orgs in self._organisations.items())

    def __repr__(self) -> str:
        return f"Placement({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Placement) and self._organisations == other._organisations

    def __hash__(self) -> int:
        return hash(str(self))

    def _place(self, org: str, stream: str) -> None:
        if not is_token(org):
            raise BadPlacement(
                f"“{org}” on {stream} is no organisation; it must be 1 to 64 letters, digits, hyphens or underscores."
            )
        before = self._streams.setdefault(org, stream)
        if before != stream or self._organisations[stream].count(org) > 1:
            raise BadPlacement(f"The organisation {org} is placed twice, on {before} and on {stream}.")


def read_placement(text: str) -> Placement:
    """Read `STREAM=ORG,ORG;STREAM=ORG`. Spaces and line breaks around names mean nothing; so does a last semicolon.

    Raises:
        BadPlacement: as :class:`Placement`, and when it is not of this form.
    """
    organisations: dict[str, list[str]] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        stream, equals, orgs = (each.strip() for each in part.partition("="))
        if not equals:
            raise BadPlacement(f"“{part}” names no organisations. {_FORM}")
        if stream in organisations:
            raise BadPlacement(f"The stream {stream} is named twice; put all of its organisations together. {_FORM}")
        organisations[stream] = [org for each in orgs.split(",") if (org := each.strip())]
    return Placement(organisations)


class Placed(Generic[T]):
    """Keeps one thing for each stream, such as its log or its writer, and finds it by an organisation.

    Args:
        make: Makes it for a stream.
        streams: Those of the placement that are of concern here; all of them when none are named.
    """

    def __init__(self, placement: Placement, make: Callable[[str], T], streams: Iterable[str] = ()):
        self.placement = placement
        self._on = {stream: make(stream) for stream in tuple(streams) or placement.streams}
        self._of = {org: thing for stream, thing in self._on.items() for org in placement.organisations(stream)}
        self._of_every = self._of.get(EVERY)

    def of(self, org: str) -> T:
        """Return what belongs to an organisation's stream.

        Raises:
            Rejected: `org.unknown`, when the organisation has no place, or none on these streams.
        """
        thing = self._of.get(org, self._of_every)
        if thing is None:
            raise _no_place(org)
        return thing

    def __iter__(self) -> Iterator[T]:
        """Iterate over what belongs to each stream."""
        return iter(self._on.values())

    def items(self) -> Iterable[tuple[str, T]]:
        """Return each stream with what belongs to it."""
        return self._on.items()


def _no_place(org: str) -> Rejected:
    return Rejected("org.unknown", f"The organisation {org} has no place in the log of this Cairn.")


def _check_name(stream: str) -> None:
    if not _NAME.fullmatch(stream) or len(stream) > _LONGEST_STREAM_NAME:
        raise BadPlacement(
            f"“{stream}” cannot be a stream of the log: its name must begin with {STREAM}, and the rest of it be"
            f" letters, digits, hyphens or underscores, {_LONGEST_STREAM_NAME} at most in all."
        )
