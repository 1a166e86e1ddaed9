"""What a benchmark finds out, as it is printed with `--json`."""

from collections.abc import Mapping, Sequence
from statistics import median, quantiles
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from bench.machine import Conditions
from bench.options import Options

CLIENT = "client"
"""The name of the benchmark's own process among those that were looked at."""
_LEAST_MS = 0.001  # what a latency is rounded to; nobody is measured as quicker


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


class LatencyRatio(Value):
    """Percentiles over those of somebody else."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, ours: Sequence[Latency], theirs: Sequence[Latency]) -> Self:
        """Each percentile's median over rounds, in each of which everyone ran once."""
        pairs = list(zip(ours, theirs, strict=True))

        ratios = {
            name: [getattr(our, name) / max(getattr(their, name), _LEAST_MS) for our, their in pairs]
            for name in cls.model_fields
        }
        return cls(**{name: round(median(each), 3) for name, each in ratios.items()})


class ProcessUse(Value):
    """What a process took while it was measured; several of the same name count together.

    Attributes:
        cpu_percent: Of one core.
        memory_mb: Its proportional set size, in units of a million bytes.
        files_mb: What of that is files that it has mapped: programs, and what a database maps of its file.
    """

    process: str
    cpu_percent: float
    memory_mb: float
    files_mb: float

    @classmethod
    def medians(cls, runs: Sequence[Sequence["ProcessUse"]]) -> tuple[Self, ...]:
        """By process, of the runs in which there was one of this name."""
        names = dict.fromkeys(use.process for run in runs for use in run)
        by_name = {name: [use for run in runs for use in run if use.process == name] for name in names}
        return tuple(
            cls(
                process=name,
                cpu_percent=median(use.cpu_percent for use in uses),
                memory_mb=median(use.memory_mb for use in uses),
                files_mb=median(use.files_mb for use in uses),
            )
            for name, uses in by_name.items()
        )


class Run(Value):
    """One run of one case.

    Attributes:
        operations: How many there were.
        seconds: From the first operation's beginning to the last one's end.
        rate: Operations per second.
        latency_ms: How long single operations took; None where that is not the question.
        processes: What the processes took meanwhile, where that is a question.
    """

    operations: int
    seconds: float
    rate: float
    latency_ms: Latency | None = None
    processes: tuple[ProcessUse, ...] = ()

    @classmethod
    def of(
        cls,
        operations: int,
        seconds: float,
        latencies: Sequence[float] = (),
        processes: tuple[ProcessUse, ...] = (),
    ) -> Self:
        """A run from what was counted and timed."""
        return cls(
            operations=operations,
            seconds=round(seconds, 4),
            rate=round(operations / seconds, 1),
            latency_ms=Latency.of(latencies) if latencies else None,
            processes=processes,
        )


class Measured(Value):
    """Several runs of the same.

    Attributes:
        median: Of the runs' rates.
        latency_ms: Each percentile's median over the runs.
        processes: Each process's medians over the runs.
    """

    runs: tuple[Run, ...]
    median: float
    latency_ms: Latency | None = None
    processes: tuple[ProcessUse, ...] = ()


class Peer(Measured):
    """What another way of doing the same reached, run by run beside ours.

    Attributes:
        ratio: Our rate over the peer's: the median over rounds, in each of which everyone ran once.
        latency_ratio: Each percentile of ours over the peer's, likewise; None where one has no latency.
    """

    name: str
    ratio: float
    latency_ratio: LatencyRatio | None = None


class Case(Measured):
    """One setting of a benchmark, such as 64 writers, what we reached in it, and what the peers did.

    A peer may also be ourselves under other circumstances, such as another build, or a smaller log.

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
    return Case(case=of, unit=unit, **_measured(runs), peers=tuple(_peer(*each, runs) for each in peers.items()))


def _peer(name: str, theirs: Sequence[Run], ours: Sequence[Run]) -> Peer:
    ratios = [our.rate / their.rate for our, their in zip(ours, theirs, strict=True)]
    our_latencies, their_latencies = _latencies(ours), _latencies(theirs)
    return Peer(
        name=name,
        **_measured(theirs),
        ratio=round(median(ratios), 3),
        latency_ratio=LatencyRatio.of(our_latencies, their_latencies) if our_latencies and their_latencies else None,
    )


def _measured(runs: Sequence[Run]) -> dict[str, Any]:
    latencies = _latencies(runs)
    return {
        "runs": tuple(runs),
        "median": median(run.rate for run in runs),
        "latency_ms": Latency.median(latencies) if latencies else None,
        "processes": ProcessUse.medians([run.processes for run in runs]),
    }


def _latencies(runs: Sequence[Run]) -> list[Latency]:
    return [run.latency_ms for run in runs if run.latency_ms is not None]
