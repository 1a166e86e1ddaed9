"""Turns of everyone who is measured, and how ours stands against theirs."""

from functools import partial

from bench.pairing import in_turns
from bench.result import Latency, ProcessUse, Run, case


class _Steps:
    taken = 0

    def advance(self, by: int = 1) -> None:
        self.taken += by


async def test_everyone_has_a_turn_in_each_round_and_the_order_changes() -> None:
    order: list[str] = []

    async def turn(name: str) -> int:
        order.append(name)
        return len(order)

    steps = _Steps()
    found = await in_turns({name: partial(turn, name) for name in ("a", "b", "c")}, 3, steps)
    assert "".join(order) == "abccbaabc"
    assert found == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}
    assert steps.taken == 9


def test_latencies_are_compared_round_by_round() -> None:
    summed = case(
        {}, "answers/s", _runs(10.0, 20.0, 90.0), {"slow": _runs(10.0, 40.0, 100.0), "untimed": [_run(None)] * 3}
    )
    slow, untimed = summed.peers
    assert slow.latency_ratio is not None
    assert slow.latency_ratio.p99 == 0.9
    assert untimed.latency_ratio is None


def test_processes_are_summed_up_by_name_over_the_runs_that_had_them() -> None:
    uses = [(_use("goals", 10), _use("late", 3)), (_use("goals", 30),), (_use("goals", 20),)]
    summed = case({}, "submissions/s", [Run.of(1, 1.0, (), each) for each in uses], {})
    assert summed.processes == (_use("goals", 20), _use("late", 3))


def _runs(*latencies: float) -> list[Run]:
    return [_run(Latency(p50=each, p95=each, p99=each)) for each in latencies]


def _run(latency: Latency | None) -> Run:
    return Run(operations=1, seconds=1.0, rate=1.0, latency_ms=latency)


def _use(process: str, figure: float) -> ProcessUse:
    return ProcessUse(process=process, cpu_percent=figure, memory_mb=2 * figure, files_mb=figure / 2)
