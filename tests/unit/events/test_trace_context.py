"""Which trace an event belongs to: its own attributes say so, or else the request's headers."""

import pytest

from events.envelope import read_recorded, structured
from events.event import Event
from events.submission import read_submission
from events.trace_context import trace_context
from tests.builders import GOAL, as_bytes, recorded
from tests.unit.events.envelopes import BINARY, BODY, HELD, WHOLE, stored, whole

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
STATE = "vendor=opaque,other=1"


def brought(**headers: str) -> Event:
    """The event in binary mode, with further headers."""
    return read_submission(BODY, {**BINARY, **headers}, GOAL)


def test_an_event_keeps_the_trace_that_it_names() -> None:
    offered = whole(traceparent=PARENT, tracestate=STATE)

    assert offered.extensions == {"traceparent": PARENT, "tracestate": STATE}
    [kept] = recorded([offered])
    assert read_recorded(stored(kept)).event.extensions == offered.extensions
    assert structured(offered)["traceparent"] == PARENT


def test_one_that_names_none_belongs_to_the_trace_of_its_request() -> None:
    assert brought(traceparent=PARENT, tracestate=STATE).extensions == {"traceparent": PARENT, "tracestate": STATE}
    assert brought(Traceparent=PARENT).extensions == {"traceparent": PARENT}
    assert read_submission(as_bytes(HELD), {"traceparent": PARENT}).extensions == {"traceparent": PARENT}


def test_its_own_counts_more_than_the_request_s() -> None:
    assert brought(**{"ce-traceparent": PARENT, "traceparent": OTHER, "tracestate": STATE}).extensions == {
        "traceparent": PARENT
    }


def test_other_attributes_stay_beside_it() -> None:
    assert brought(**{"ce-clinic": "north", "traceparent": PARENT}).extensions == {
        "clinic": "north",
        "traceparent": PARENT,
    }


def test_a_request_s_trace_never_costs_an_event_its_place() -> None:
    sixteen = {f"x{number}": "y" for number in range(16)}
    assert len(read_submission(as_bytes(whole(**sixteen)), {"traceparent": PARENT}).extensions) == 17


@pytest.mark.parametrize(
    "header",
    [
        "",
        "secret words",
        PARENT.upper(),
        PARENT[:-1],
        PARENT.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
    ],
)
def test_a_header_that_is_not_sound_is_as_none(header: str) -> None:
    assert trace_context({"traceparent": header, "tracestate": STATE}) == {}
    assert brought(traceparent=header) == HELD


@pytest.mark.parametrize("state", ["", "x" * 513, "žluť"])
def test_a_state_that_is_not_sound_is_left_out(state: str) -> None:
    assert trace_context({"traceparent": PARENT, "tracestate": state}) == {"traceparent": PARENT}


def test_a_state_alone_says_nothing() -> None:
    assert trace_context({"tracestate": STATE}) == {}
    assert "traceparent" not in WHOLE
