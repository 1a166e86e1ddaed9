"""Ours at the most writers over each peer at its best, whatever number of writers that takes."""

from bench.at_best import at_best
from bench.result import Case, Run, case


def _case(writers: int, ours: list[float], **peers: list[float]) -> Case:
    measured = {name: _runs(rates) for name, rates in peers.items()}
    return case({"writers": writers}, "appends/s", _runs(ours), measured)


def _runs(rates: list[float]) -> list[Run]:
    return [Run(operations=1, seconds=1.0, rate=rate) for rate in rates]


def test_the_best_peer_counts_at_its_own_number_of_writers() -> None:
    found = at_best(
        [
            _case(1, [900, 1000, 1100], one=[800, 800, 800], two=[100, 100, 100]),
            _case(64, [5000, 7000, 6000], one=[1000, 3000, 2000], two=[4000, 4000, 4000]),
            _case(256, [9000, 12_000, 11_000], one=[1500, 1500, 1500], two=[3000, 3000, 3000]),
        ],
        "writers",
    )
    assert found is not None
    assert (found.case, found.median, found.ratio) == ({"writers": 256}, 11_000, 2.75)
    assert [(peer.name, peer.case, peer.median, peer.ratio) for peer in found.peers] == [
        ("two", {"writers": 64}, 4000, 2.75),
        ("one", {"writers": 64}, 2000, 5.5),
    ]


def test_ours_is_the_case_with_the_most_writers_wherever_it_was_asked_for() -> None:
    found = at_best([_case(64, [6000], one=[1000]), _case(16, [8000], one=[2000])], "writers")
    assert found is not None
    assert (found.case, found.ratio) == ({"writers": 64}, 3.0)


def test_without_a_peer_there_is_nothing_to_stand_against() -> None:
    assert at_best([_case(1, [1000])], "writers") is None
