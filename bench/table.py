"""A result as rows for people."""

from collections.abc import Iterator, Mapping

from bench.result import CLIENT, Compared, Latency, Measured, Result

COLUMNS = (
    *("Case", "Who", "Median", "Least", "Most", "Unit", "p50 ms", "p95 ms", "p99 ms", "p99/p50"),
    *("Over it", "p50", "p99"),
)
_MANY = 100
PROCESS_COLUMNS = ("Case", "Who", "Process", "CPU, % of a core", "Memory, MB", "of it files")


def rows(result: Result) -> Iterator[tuple[str, ...]]:
    """One row for us in each case, and one for each peer; in the order of :data:`COLUMNS`."""
    for case in result.cases:
        yield (_named(case.case), "cairn", *_figures(case, case.unit), "", "", "")
        for peer in case.peers:
            over = peer.latency_ratio
            latencies = ("", "") if over is None else (f"{over.p50:.2f}", f"{over.p99:.2f}")
            yield ("", peer.name, *_figures(peer, case.unit), f"{peer.ratio:.2f}", *latencies)


def process_rows(result: Result) -> Iterator[tuple[str, ...]]:
    """One row for each process that was looked at; in the order of :data:`PROCESS_COLUMNS`."""
    for case in result.cases:
        for who, measured in (("cairn", case), *((peer.name, peer) for peer in case.peers)):
            shown = _named(case.case), who
            for use in measured.processes:
                yield (*shown, use.process, *_used(use.cpu_percent, use.memory_mb, use.files_mb))
                shown = "", ""
            if measured.processes:
                cairns = [use for use in measured.processes if use.process != CLIENT]
                sums = (sum(getattr(use, what) for use in cairns) for what in ("cpu_percent", "memory_mb", "files_mb"))
                yield ("", "", f"all but {CLIENT}", *_used(*sums))


def heading(result: Result) -> str:
    """When, where and on what: a figure without it means nothing."""
    now = result.conditions
    machine = now.hardware
    return (
        f"cairn bench {result.benchmark}, {now.date:%Y-%m-%d %H:%M} UTC, {result.options.runs} runs of each case\n"
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gb:g} GB, {machine.kernel}, {machine.python};"
        f" load average {now.load_average:g} at the start\n"
        f"nats-server {now.nats_server}, sync {now.sync}, on {machine.filesystem} (fsync of 4 KiB:"
        f" {machine.fsync_ms:g} ms)"
    )


def closing(result: Result) -> Iterator[str]:
    """What is to be said below the rows: ours over the best peer at its best, and who could not take part."""
    if not isinstance(result, Compared):
        return
    if result.at_best is not None:
        ours, best = result.at_best, result.at_best.peers[0]
        yield (
            f"cairn with {_named(ours.case)} ({_rate(ours.median)}) over the best peer at its best, {best.name} with"
            f" {_named(best.case)} ({_rate(best.median)}): {ours.ratio:.2f}"
        )
    for absent in result.unavailable:
        yield f"Without {absent.name}: {absent.unavailable}"


def _named(case: Mapping[str, int | str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in case.items())


def _figures(measured: Measured, unit: str) -> tuple[str, ...]:
    rates = [run.rate for run in measured.runs]
    return (_rate(measured.median), _rate(min(rates)), _rate(max(rates)), unit, *_percentiles(measured.latency_ms))


def _percentiles(latency: Latency | None) -> tuple[str, ...]:
    if latency is None:
        return "", "", "", ""
    spread = f"{latency.p99 / latency.p50:.1f}" if latency.p50 else ""
    return f"{latency.p50:.2f}", f"{latency.p95:.2f}", f"{latency.p99:.2f}", spread


def _used(*figures: float) -> tuple[str, ...]:
    return tuple(f"{figure:.0f}" for figure in figures)


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= _MANY else f"{rate:.3g}"
