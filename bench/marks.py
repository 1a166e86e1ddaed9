"""What is asked of Cairn where people feel it, and how measured results stand against it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel

from bench.http_requests import READINGS
from bench.result import Case, Peer

COLUMNS = ("What", "Measured", "Asked", "Met")
_ANY, _GREATEST = "any", "greatest"
_BUILD, _AT = "build ", "at "
_LISTED = ("caseload", "reviews", "plan", "history", "fhir")
_SIZED = ("one goal", "a patient's goals")
_DATABASES = ("sqlite", "postgresql")

Figure = Callable[[Case, Peer | None], float | None]
"""A figure of a case, or of it beside a peer; None where it was not measured."""
_Wanted = Mapping[str, int | str | tuple[str, ...]]


class Saved(BaseModel):
    """A result as `--json` has printed it, as far as marks need it."""

    benchmark: str
    cases: tuple[Case, ...]


def rate(_: Case, peer: Peer | None) -> float | None:
    """Our rate over the peer's."""
    return None if peer is None else peer.ratio


def p50(_: Case, peer: Peer | None) -> float | None:
    """Our median latency over the peer's."""
    return None if peer is None or peer.latency_ratio is None else peer.latency_ratio.p50


def p99(_: Case, peer: Peer | None) -> float | None:
    """Our 99th percentile over the peer's."""
    return None if peer is None or peer.latency_ratio is None else peer.latency_ratio.p99


def spread(case: Case, _: Peer | None) -> float | None:
    """Our 99th percentile over our median."""
    return None if case.latency_ms is None else round(case.latency_ms.p99 / case.latency_ms.p50, 3)


def itself(case: Case, _: Peer | None) -> float | None:
    """Our figure alone."""
    return case.median


class Mark(NamedTuple):
    """One of them.

    Attributes:
        what: In words.
        benchmark: That measures it.
        wanted: What its cases are called: one value, any of several, any at all, or the greatest that there is.
        peer: How the name of the other one begins; the last one counts. None where a case stands alone.
        figure: Of each of these cases; the worst counts.
    """

    what: str
    benchmark: str
    wanted: _Wanted
    peer: str | None
    figure: Figure
    side: Literal["at least", "at most"]
    bound: float

    def value(self, results: Sequence[Saved]) -> float | None:
        """The worst that was measured; None where nothing was."""
        cases = [case for result in results if result.benchmark == self.benchmark for case in result.cases]
        values = [self.figure(case, self._peer(case)) for case in _chosen(cases, self.wanted)]
        worst = min if self.side == "at least" else max
        return worst((value for value in values if value is not None), default=None)

    def met(self, value: float) -> bool:
        """Whether a value is on the right side."""
        return value >= self.bound if self.side == "at least" else value <= self.bound

    def _peer(self, case: Case) -> Peer | None:
        found = [peer for peer in case.peers if self.peer is not None and peer.name.startswith(self.peer)]
        return found[-1] if found else None


MARKS = (
    Mark("64 in flight, over plain js.publish", "whole", {"clients": 64}, "js_publish", rate, "at least", 0.75),
    Mark("one client, p50, over the other build", "whole", {"clients": 1}, _BUILD, p50, "at most", 0.5),
    Mark(
        "64 in flight, over eventsourcing with three projections",
        "whole",
        {"clients": 64},
        "eventsourcing_live",
        rate,
        "at least",
        12.0,
    ),
    Mark(
        "p99 of submissions and readings, the last two minutes over the first",
        "whole",
        {"what": ("submissions", "readings"), "minutes": _GREATEST},
        "in the first",
        p99,
        "at most",
        1.3,
    ),
    Mark(
        "bytes of an answer about goals, 6,000 entries over 100",
        "http",
        {"request": _SIZED, "entries": _GREATEST, "of": "answer"},
        "at 100 entries",
        rate,
        "at most",
        1.2,
    ),
    Mark(
        "time of an answer about goals, 6,000 entries over 100",
        "http",
        {"request": _SIZED, "entries": _GREATEST},
        "at 100 entries",
        p50,
        "at most",
        1.2,
    ),
    Mark(
        "memory of the goals service for a goal of 20 events, over the other build",
        "memory",
        {"cached_goals": _GREATEST, "memory": "of one goal"},
        _BUILD,
        rate,
        "at most",
        0.3,
    ),
    Mark(
        "until visible, p99, 64 in flight over the steady rate",
        "whole",
        {"clients": 64, "until": "visible"},
        _AT,
        p99,
        "at most",
        8.0,
    ),
    Mark(
        "until visible at the steady rate, p99, over the other build",
        "whole",
        {"submitted": _ANY, "until": "visible"},
        _BUILD,
        p99,
        "at most",
        1.0,
    ),
    Mark(
        "POST at 64 connections, over NATS",
        "http",
        {"request": "submit", "connections": 64},
        "over NATS",
        rate,
        "at least",
        0.7,
    ),
    Mark(
        "one goal at 32 connections, over the other build",
        "http",
        {"request": "goal", "connections": 32},
        _BUILD,
        rate,
        "at least",
        5.0,
    ),
    Mark(
        "one goal at 32 connections, over a bare route",
        "http",
        {"request": "goal", "connections": 32},
        "bare_route",
        rate,
        "at least",
        0.6,
    ),
    Mark(
        "50 goals at 8 connections, over the other build",
        "http",
        {"request": "goals", "connections": 8},
        _BUILD,
        rate,
        "at least",
        15.0,
    ),
    Mark(
        "caseload, reviews, plan, history, FHIR at 8 connections, over the other build",
        "http",
        {"request": _LISTED, "connections": 8},
        _BUILD,
        rate,
        "at least",
        5.0,
    ),
    Mark(
        "p99 over p50 at 32 connections",
        "http",
        {"request": (*READINGS, "submit"), "connections": 32},
        None,
        spread,
        "at most",
        4.0,
    ),
    Mark(
        "caseload, reviews, plan, history, FHIR at 8 connections, over Datasette",
        "http",
        {"request": _LISTED, "connections": 8},
        "datasette",
        rate,
        "at least",
        2.0,
    ),
    Mark(
        "memory at rest without events, over the other build",
        "start",
        {"memory": "all, at rest", "events": 0},
        _BUILD,
        rate,
        "at most",
        0.5,
    ),
    Mark(
        "restart without events, over the other build",
        "start",
        {"restart": "to ready", "events": 0},
        _BUILD,
        rate,
        "at most",
        0.35,
    ),
    Mark(
        "restart with the long log, over one without events",
        "start",
        {"restart": "to ready", "events": _GREATEST},
        "at 0 events",
        rate,
        "at most",
        1.5,
    ),
    Mark(
        "first build of the long log, over the other build",
        "start",
        {"first build": "all", "events": _GREATEST},
        _BUILD,
        rate,
        "at least",
        3.0,
    ),
    Mark(
        "counting v_caseload, over v_goal_current",
        "start",
        {"rows of": "v_caseload", "events": _GREATEST, "database": _DATABASES},
        "v_goal_current",
        rate,
        "at most",
        5.0,
    ),
    Mark(
        "counting v_caseload, the long log over the short one",
        "start",
        {"rows of": "v_caseload", "events": _GREATEST, "database": _DATABASES},
        _AT,
        rate,
        "at most",
        12.0,
    ),
    Mark(
        "any reading, p50, the long log over the short one",
        "start",
        {"request": _ANY, "events": _GREATEST},
        _AT,
        p50,
        "at most",
        1.3,
    ),
    Mark(
        "memory of any process, the long log over the short one",
        "start",
        {"memory": _ANY, "events": _GREATEST},
        _AT,
        rate,
        "at most",
        1.3,
    ),
    Mark(
        "the tree alone, over two bare hashes a leaf",
        "proof",
        {"what": "tree", "leaves": _ANY},
        "hashlib",
        rate,
        "at least",
        0.4,
    ),
    Mark(
        "a notary that catches up, over only following with the other build",
        "proof",
        {"what": "catching up", "events": _ANY},
        _BUILD,
        rate,
        "at least",
        2.0,
    ),
    Mark(
        "bytes of hashes of one proof in the large tree",
        "proof",
        {"what": "one proof", "leaves": _ANY, "of": "hashes"},
        None,
        itself,
        "at most",
        736,
    ),
    Mark(
        "tiles that one proof is read from",
        "proof",
        {"what": "one proof", "leaves": _ANY, "of": "tiles"},
        None,
        itself,
        "at most",
        5,
    ),
    Mark(
        "one proof in the large tree, over one in the small tree, p50",
        "proof",
        {"what": "one proof", "leaves": _ANY},
        "among ",
        p50,
        "at most",
        2.0,
    ),
    Mark(
        "checking an export, over aics-tlog for its proofs alone",
        "proof",
        {"what": "checking an export", "events": _ANY},
        "aics-tlog",
        rate,
        "at least",
        0.333,
    ),
    Mark(
        "submissions beside a notary, over submissions without",
        "proof",
        {"what": "submissions", "clients": _ANY},
        "without ",
        rate,
        "at least",
        0.97,
    ),
)


def rows(results: Sequence[Saved]) -> Iterator[tuple[str, ...]]:
    """One row for each mark; in the order of :data:`COLUMNS`."""
    for mark in MARKS:
        value = mark.value(results)
        measured, met = ("", "") if value is None else (f"{value:.3g}", "yes" if mark.met(value) else "no")
        yield mark.what, measured, f"{mark.side} {mark.bound:g}", met


def _chosen(cases: Sequence[Case], wanted: _Wanted) -> list[Case]:
    chosen = [case.case for case in cases if set(case.case) == set(wanted)]
    for name, value in wanted.items():
        if value == _GREATEST:
            most = max((float(each[name]) for each in chosen), default=0.0)
            chosen = [each for each in chosen if float(each[name]) == most]
        elif value != _ANY:
            chosen = [each for each in chosen if each[name] in (value if isinstance(value, tuple) else (value,))]
    return [case for case in cases if case.case in chosen]
