"""What a benchmark finds out, as it is printed with `--json`."""

from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from typing import Self

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from bench.machine import Conditions
from bench.options import Options


class Value(BaseModel):
    """A part of the result."""

    model_config = ConfigDict(frozen=True)


class Latency(Value):
    """How long single operations took, in milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """The percentiles of at least one duration."""
        cuts = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 99
        return cls(**{f"p{at}": round(cuts[at - 1] * 1000, 3) for at in (50, 95, 99)})

    @classmethod
    def median(cls, latencies: Sequence["Latency"]) -> Self:
        """Each percentile's median over several runs."""
        return cls(**{name: median(getattr(each, name) for each in latencies) for name in cls.model_fields})


class Run(Value):
    """One run of one case.

    Attributes:
        operations: How many there were.
        seconds: From the first operation's beginning to the last one's end.
        rate: Operations per second.
        latency_ms: How long single operations took; None where that is not the question.
    """

    operations: int
    seconds: float
    rate: float
    latency_ms: Latency | None = None

    @classmethod
    def of(cls, operations: int, seconds: float, latencies: Sequence[float] = ()) -> Self:
        """A run from what was counted and timed."""
        return cls(
            operations=operations,
            seconds=round(seconds, 4),
            rate=round(operations / seconds, 1),
            latency_ms=Latency.of(latencies) if latencies else None,
        )


class Measured(Value):
    """Several runs of the same.

    Attributes:
        median: Of the runs' rates.
        latency_ms: Each percentile's median over the runs.
    """

    runs: tuple[Run, ...]
    median: float
    latency_ms: Latency | None = None


class Peer(Measured):
    """What another way of doing the same reached, run by run beside ours.

    Attributes:
        ratio: Our rate over the peer's: the median over rounds, in each of which everyone ran once.
    """

    name: str
    ratio: float


class Case(Measured):
    """One setting of a benchmark, such as 64 writers, what we reached in it, and what the peers did.

    Attributes:
        unit: Of the rates.
    """

    case: dict[str, int | str]
    unit: str
    peers: tuple[Peer, ...] = ()


class Result(Value):
    """A benchmark's findings, with all that is needed to judge them."""

    benchmark: str
    options: SerializeAsAny[Options]
    conditions: Conditions
    cases: tuple[Case, ...]


class Absent(Value):
    """A peer that could not take part.

    Attributes:
        unavailable: Why, as a sentence.
    """

    name: str
    unavailable: str


class PeerAtBest(Value):
    """What a peer reached in the case that suited it best.

    Attributes:
        median: Its rate there.
        ratio: Our rate in the case with the most writers, over that.
    """

    name: str
    case: dict[str, int | str]
    median: float
    ratio: float


class AtBest(Value):
    """Ours with the most writers that were measured, over each peer at its best, however many writers that takes.

    Attributes:
        case: Ours.
        median: Our rate in it.
        ratio: Our rate over that of the best peer.
        peers: The best one first.
    """

    case: dict[str, int | str]
    median: float
    ratio: float
    peers: tuple[PeerAtBest, ...]


class Compared(Result):
    """Findings that are about how we stand against the peers.

    Attributes:
        at_best: None when no peer took part.
        unavailable: The peers that were asked for and could not take part.
    """

    at_best: AtBest | None
    unavailable: tuple[Absent, ...] = ()


def case(of: dict[str, int | str], unit: str, runs: Sequence[Run], peers: Mapping[str, Sequence[Run]]) -> Case:
    """Sum up the runs of one case; each peer has as many runs, in the same order."""
    return Case(
        case=of,
        unit=unit,
        runs=tuple(runs),
        median=_median_rate(runs),
        latency_ms=_median_latency(runs),
        peers=tuple(_peer(name, theirs, runs) for name, theirs in peers.items()),
    )


def _peer(name: str, theirs: Sequence[Run], ours: Sequence[Run]) -> Peer:
    ratios = [our.rate / their.rate for our, their in zip(ours, theirs, strict=True)]
    return Peer(
        name=name,
        runs=tuple(theirs),
        median=_median_rate(theirs),
        latency_ms=_median_latency(theirs),
        ratio=round(median(ratios), 3),
    )


def _median_rate(runs: Sequence[Run]) -> float:
    return median(run.rate for run in runs)


def _median_latency(runs: Sequence[Run]) -> Latency | None:
    latencies = [run.latency_ms for run in runs if run.latency_ms is not None]
    return Latency.median(latencies) if latencies else None
