"""A placement says which stream of the log each organisation is in, and is refused when it could not be kept."""

import pytest

from events.errors import Rejected
from events.log.placement import BadPlacement, Placed, Placement, read_placement

TWO = read_placement("CAIRN_LOG_A=northside,southside;CAIRN_LOG_B=riverside")


def test_without_one_every_organisation_is_in_the_one_log() -> None:
    everything = Placement()

    assert everything.streams == ("CAIRN_LOG",)
    assert everything.stream_of("whoever") == "CAIRN_LOG"
    assert everything.subjects("CAIRN_LOG") == ["cairn.log.*.*.*"]


def test_a_stream_takes_in_its_organisations_and_no_others() -> None:
    assert TWO.streams == ("CAIRN_LOG_A", "CAIRN_LOG_B")
    assert [TWO.stream_of(org) for org in ("northside", "southside", "riverside")] == [
        *("CAIRN_LOG_A", "CAIRN_LOG_A"),
        "CAIRN_LOG_B",
    ]
    assert TWO.subjects("CAIRN_LOG_A") == ["cairn.log.northside.*.*", "cairn.log.southside.*.*"]


def test_an_organisation_without_a_place_is_told_so() -> None:
    with pytest.raises(Rejected, match="elsewhere has no place") as refused:
        TWO.stream_of("elsewhere")

    assert refused.value.code == "org.unknown"


@pytest.mark.parametrize(
    "text",
    [
        " CAIRN_LOG_B = riverside ;\n CAIRN_LOG_A = southside , northside ;\n",
        "CAIRN_LOG_A=northside,southside,;;CAIRN_LOG_B=riverside",
    ],
)
def test_spaces_the_order_of_names_and_empty_parts_mean_nothing(text: str) -> None:
    assert {stream: read_placement(text).subjects(stream) for stream in TWO.streams} == {
        stream: TWO.subjects(stream) for stream in TWO.streams
    }


@pytest.mark.parametrize("placement", [Placement(), TWO], ids=["everything", "two"])
def test_it_reads_as_it_is_written(placement: Placement) -> None:
    assert read_placement(str(placement)) == placement


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("northside", "names no organisations"),
        ("CAIRN_LOG_A=", "No organisation is placed on CAIRN_LOG_A"),
        ("LOG_A=northside", "must begin with CAIRN_LOG"),
        ("CAIRN_LOG.A=northside", "must begin with CAIRN_LOG"),
        ("CAIRN_LOG_Ä=northside", "must begin with CAIRN_LOG"),
        (f"CAIRN_LOG{'x' * 56}=northside", "64 at most"),
        ("CAIRN_LOG_A=north side", "“north side” on CAIRN_LOG_A is no organisation"),
        ("CAIRN_LOG_A=*", "is no organisation"),
        ("CAIRN_LOG_A=northside,northside", "northside is placed twice"),
        ("CAIRN_LOG_A=northside;CAIRN_LOG_B=northside", "placed twice, on CAIRN_LOG_A and on CAIRN_LOG_B"),
        ("CAIRN_LOG_A=northside;CAIRN_LOG_A=southside", "CAIRN_LOG_A is named twice"),
    ],
)
def test_what_could_not_be_kept_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadPlacement, match=said):
        read_placement(text)


def test_a_stream_that_is_not_in_it_is_named_with_those_that_are() -> None:
    TWO.check("CAIRN_LOG_A")
    with pytest.raises(BadPlacement, match="no stream CAIRN_LOG_C; it has CAIRN_LOG_A, CAIRN_LOG_B"):
        TWO.check("CAIRN_LOG_C")


def test_what_there_is_for_each_stream_is_found_by_organisation() -> None:
    placed = Placed(TWO, str.lower)

    assert list(placed) == ["cairn_log_a", "cairn_log_b"]
    assert (placed.of("southside"), placed.of("riverside")) == ("cairn_log_a", "cairn_log_b")
    with pytest.raises(Rejected, match="no place"):
        placed.of("elsewhere")


def test_of_some_streams_only_their_organisations_are_found() -> None:
    placed = Placed(TWO, str.lower, ["CAIRN_LOG_B"])

    assert dict(placed.items()) == {"CAIRN_LOG_B": "cairn_log_b"}
    with pytest.raises(Rejected, match="no place"):
        placed.of("northside")


def test_in_the_one_log_whoever_comes_is_found() -> None:
    assert Placed(Placement(), str.lower).of("whoever") == "cairn_log"
