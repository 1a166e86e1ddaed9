"""Results beside what is asked."""

from pathlib import Path

from click.testing import CliRunner

from bench.marks import MARKS, Mark, Saved, p50, rate, rows, spread
from bench.result import Case, Latency, Run, case
from services.cli.bench import bench


def test_of_several_cases_the_worst_counts() -> None:
    results = [
        Saved(benchmark="http", cases=(_case(6, request="goal"), _case(3, request="plan"), _case(1, request="fhir")))
    ]
    assert Mark("", "http", {"request": ("goal", "plan")}, "other", rate, "at least", 4).value(results) == 3
    assert Mark("", "http", {"request": "any"}, "other", rate, "at most", 4).value(results) == 6


def test_of_several_logs_the_longest_counts() -> None:
    cases = tuple(_case(ratio, restart="to ready", events=events) for events, ratio in ((0, 1), (300, 7), (30, 2)))
    mark = Mark("", "start", {"restart": "to ready", "events": "greatest"}, "other", rate, "at most", 4)
    assert mark.value([Saved(benchmark="start", cases=cases)]) == 7


def test_a_case_of_another_benchmark_or_with_more_to_its_name_is_none_of_them() -> None:
    found = _case(3, clients=64, until="visible")
    assert (
        Mark("", "whole", {"clients": 64}, "other", rate, "at least", 1).value(
            [Saved(benchmark="whole", cases=(found,))]
        )
        is None
    )
    mark = Mark("", "whole", {"clients": 64, "until": "visible"}, "other", rate, "at least", 1)
    assert mark.value([Saved(benchmark="http", cases=(found,))]) is None


def test_the_last_peer_whose_name_begins_so_counts_and_one_that_is_not_there_is_nothing() -> None:
    runs = [_run(8)]
    of = case({"events": 300}, "s", runs, {"at 0 events": [_run(1)], "at 30 events": [_run(4)]})
    results = [Saved(benchmark="start", cases=(of,))]
    assert Mark("", "start", {"events": 300}, "at ", rate, "at most", 2).value(results) == 2
    assert Mark("", "start", {"events": 300}, "at 0", rate, "at most", 2).value(results) == 8
    assert Mark("", "start", {"events": 300}, "build", rate, "at most", 2).value(results) is None


def test_latencies_are_compared_and_looked_at_alone() -> None:
    results = [Saved(benchmark="http", cases=(case({"a": 1}, "x", [_run(1, 2, 6)], {"other": [_run(1, 4, 5)]}),))]
    assert Mark("", "http", {"a": 1}, "other", p50, "at most", 1).value(results) == 0.5
    assert Mark("", "http", {"a": 1}, None, spread, "at most", 4).value(results) == 3


def test_a_bound_is_met_on_its_side_and_at_itself() -> None:
    least = Mark("", "", {}, None, rate, "at least", 2)
    most = least._replace(side="at most")
    assert [least.met(value) for value in (1.9, 2, 2.1)] == [False, True, True]
    assert [most.met(value) for value in (1.9, 2, 2.1)] == [True, True, False]


def test_every_mark_has_a_row_also_without_a_figure() -> None:
    found = list(rows([Saved(benchmark="whole", cases=(_case(0.8, "js_publish", clients=64),))]))
    assert len(found) == len(MARKS)
    assert found[0] == (MARKS[0].what, "0.8", "at least 0.75", "yes")
    assert found[1][1:] == ("", "at most 0.5", "")


def test_people_are_shown_the_marks_of_saved_results(tmp_path: Path) -> None:
    file = tmp_path / "whole.json"
    file.write_text(Saved(benchmark="whole", cases=(_case(0.5, "js_publish", clients=64),)).model_dump_json())
    said = CliRunner().invoke(bench, ["marks", str(file)], catch_exceptions=False)
    assert said.exit_code == 0
    (line,) = (line for line in said.stdout.splitlines() if MARKS[0].what in line)
    assert line.split()[-5:] == ["0.5", "at", "least", "0.75", "no"]


def _case(ratio: float, peer: str = "other", **of: int | str) -> Case:
    return case(of, "x", [_run(ratio)], {peer: [_run(1)]})


def _run(rate: float, p50: float = 1, p99: float = 1) -> Run:
    return Run(operations=1, seconds=1.0, rate=rate, latency_ms=Latency(p50=p50, p95=p99, p99=p99))


def test_a_file_that_is_no_result_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cut_short.json"
    file.write_text("")
    said = CliRunner().invoke(bench, ["marks", str(file)])
    assert said.exit_code == 1
    assert f"{file} is not what `cairn bench … --json` prints." in said.output
