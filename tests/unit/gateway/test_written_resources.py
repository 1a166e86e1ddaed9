"""What is kept of FHIR resources that were written: no more bytes than there is room for."""

from events.envelope import StoredMessage
from events.identity import GoalId
from services.gateway.written_resources import Key, WrittenResources, read_written

LAST = StoredMessage("cairn.log.north.p1.g1", 7, 1_000, {"ce-id": "e1"}, b"{}")


def key(patient: str) -> Key:
    return GoalId("north", patient, "plan"), "R4", "Goal"


def test_what_is_kept_reads_as_it_was_written() -> None:
    written = WrittenResources()
    resources = [{"resourceType": "Goal", "id": "a", "text": "“Ü”", "rank": 2**70, "share": 0.1, "none": None}]
    written.keep(key("p1"), LAST, resources)

    found = written.get(key("p1"))

    assert found is not None
    assert (found.behind, read_written(found)) == (LAST, resources)
    assert written.get(key("p2")) is None


def test_those_that_nobody_asked_for_the_longest_go_first() -> None:
    resources = [{"text": "x" * 1000}]
    written = WrittenResources(most=10_000)
    for patient in ("p1", "p2", "p3"):
        written.keep(key(patient), LAST, resources)
    written.get(key("p1"))

    written.keep(key("p4"), LAST, resources)

    assert [each for each in ("p1", "p2", "p3", "p4") if written.get(key(each))] == ["p1", "p3", "p4"]


def test_the_same_is_counted_once() -> None:
    written = WrittenResources(most=10_000)
    for _ in range(100):
        written.keep(key("p1"), LAST, [{"text": "x" * 1000}])
        written.keep(key("p2"), LAST, [{"text": "x" * 1000}])

    assert written.get(key("p1"))
    assert written.get(key("p2"))


def test_what_is_very_large_is_not_kept_and_what_was_before_goes() -> None:
    written = WrittenResources()
    written.keep(key("p1"), LAST, [])
    written.keep(key("p1"), LAST, [{"text": "x" * 2_000_000}])

    assert written.get(key("p1")) is None
