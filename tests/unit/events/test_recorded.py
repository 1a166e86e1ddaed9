"""An event as the log keeps it reads as it was recorded; what cannot be read says where it lies."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.catalog import TYPES
from events.envelope import (
    STRUCTURED,
    UnreadableEvent,
    read_recorded,
    structured,
    to_body,
    to_cloudevent,
    to_headers,
)
from events.errors import Rejected
from events.event import Event
from events.goal import types as g
from events.identity import PLAN, GoalId
from events.payload import Payload
from events.plan import types as p
from events.plan.types import PlanPayload
from events.submission import read_submission
from events.vocabulary import Actor
from events.voiding import VOIDING
from tests.builders import GOAL, NOON, as_bytes, event, proposed, recorded
from tests.strategies import payloads, tokens
from tests.unit.events.envelopes import HELD, stored


class TestRecorded:
    def test_reads_as_it_was_recorded(self) -> None:
        (before,) = recorded([HELD], first_position=812)

        assert read_recorded(stored(before)) == before

    def test_keeps_who_typed_it_in_beside_the_actor(self) -> None:
        (before,) = recorded([replace(HELD, entered_by="Front desk 2 %")])

        read = read_recorded(stored(before))

        assert (read.event.actor.id, read.event.entered_by, read.event.extensions) == ("c1", "Front desk 2 %", {})
        assert to_cloudevent(read)["enteredby"] == "Front desk 2 %"

    def test_keeps_who_submitted_it_beside_the_actor(self) -> None:
        (before,) = recorded([replace(HELD, submitted_by="idp|dana ü", submitter_role="clinician")])

        read = read_recorded(stored(before))

        assert read == before
        assert read.event.extensions == {}
        assert (to_cloudevent(read)["submittedby"], to_cloudevent(read)["submitterrole"]) == ("idp|dana ü", "clinician")

    def test_from_before_submitters_were_known_names_none(self) -> None:
        (before,) = recorded([HELD])

        read = read_recorded(stored(before))

        assert read.event.submitted_by is read.event.submitter_role is None
        assert "submittedby" not in to_cloudevent(read)

    def test_keeps_what_it_followed_from(self) -> None:
        consequence = Event(GOAL, "urn:cairn", "x", NOON, Actor(id="cairn", role="system"), g.Held(reason="x"), cause=4)
        (before,) = recorded([consequence])

        assert read_recorded(stored(before)).event.cause == 4
        assert to_cloudevent(before)["causeversion"] == 4

    def test_is_published_with_version_position_and_time(self) -> None:
        (before,) = recorded([HELD], first_position=812)

        assert to_cloudevent(before) == {
            **structured(HELD),
            "version": 1,
            "position": 812,
            "recordedtime": (NOON + timedelta(seconds=812)).isoformat(),
        }

    def test_can_be_offered_again_as_it_was_published(self) -> None:
        (before,) = recorded([HELD], first_position=812)

        assert read_submission(json.dumps(to_cloudevent(before)).encode(), None, GOAL) == HELD

    def test_can_be_offered_again_without_who_submitted_it(self) -> None:
        (before,) = recorded([replace(HELD, submitted_by="dana", submitter_role="clinician")])

        assert read_submission(json.dumps(to_cloudevent(before)).encode(), None, GOAL) == HELD
        assert read_submission(to_body(before.event), to_headers(before.event, 1), GOAL) == HELD

    @pytest.mark.parametrize(
        "wrong",
        [
            {"ce-type": "cairn.goal.held.v9"},
            {"ce-time": "yesterday"},
            {"ce-version": "one"},
            {"ce-causeversion": "x"},
            {"ce-source": None},
            {"ce-id": None},
            {"ce-actor": None},
        ],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_that_cannot_be_read_says_where_it_lies(self, wrong: dict[str, str | None]) -> None:
        message = stored(recorded([HELD], first_position=812)[0])
        headers = {name: value for name, value in {**message.headers, **wrong}.items() if value is not None}

        with pytest.raises(UnreadableEvent) as caught:
            read_recorded(message._replace(headers=headers))

        assert (caught.value.position, caught.value.subject) == (812, "cairn.log.northside.pt-1.walk")

    @pytest.mark.parametrize("body", [b"", b"{", b'{"reason":""}', b'{"reason":"I relapsed","more":1}'])
    def test_that_cannot_be_read_repeats_nothing_of_it(self, body: bytes) -> None:
        message = stored(recorded([HELD])[0])

        with pytest.raises(UnreadableEvent) as caught:
            read_recorded(message._replace(data=body))

        assert "relapsed" not in str(caught.value)

    @pytest.mark.parametrize("subject", ["cairn.log.a.b", "cairn.log.a.b.c.d", "elsewhere"])
    def test_under_a_subject_that_is_none_is_unreadable(self, subject: str) -> None:
        with pytest.raises(UnreadableEvent):
            read_recorded(stored(recorded([HELD])[0])._replace(subject=subject))


printable = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Cs")), min_size=1, max_size=30)
instants = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2090, 1, 1),  # noqa: DTZ001 - likewise
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@st.composite
def events(draw: st.DrawFn, payload: type[Payload]) -> Event:
    """Any event of a type, with any attributes that CloudEvents and Cairn allow."""
    goal = PLAN if issubclass(payload, PlanPayload) else draw(tokens.filter(lambda token: token != PLAN))
    return Event(
        goal_id=GoalId(draw(tokens), draw(tokens), goal),
        source=draw(printable),
        id=draw(printable),
        time=draw(instants),
        actor=Actor.model_construct(id=draw(printable), role=draw(st.sampled_from(["patient", "clinician"]))),
        data=draw(payloads(payload)),
        expected_version=draw(st.none() | st.integers(0, 10**17)),
        extensions=draw(st.dictionaries(st.sampled_from(["traceparent", "x1"]), printable)),
    )


@settings(max_examples=12)  # of each type; what is around the payload is the same for all of them
@given(st.data())
@pytest.mark.parametrize("payload", TYPES.values(), ids=lambda payload: payload.type_name)
def test_every_event_survives_both_modes_and_the_log(payload: type[Payload], data: st.DataObject) -> None:
    offered = data.draw(events(payload))

    if payload.type_name not in VOIDING:
        assert read_submission(as_bytes(offered), {"content-type": STRUCTURED}, offered.goal_id) == offered
    headers = to_headers(offered, 1)
    assert all(value.isascii() and value.isprintable() and " " not in value for value in headers.values())
    expected = {} if offered.expected_version is None else {"ce-expectedversion": str(offered.expected_version)}
    if payload.type_name not in VOIDING:
        assert read_submission(to_body(offered), {**headers, **expected}, offered.goal_id) == offered
    (kept,) = recorded([offered])
    assert read_recorded(stored(kept)).event == Event(
        **{name: getattr(offered, name) for name in ("goal_id", "source", "id", "time", "actor", "data", "extensions")}
    )


@pytest.mark.parametrize(
    "offered",
    [
        event(GOAL, g.Voided(position=1, reason="x"), role="system"),
        event(GOAL.plan, p.Voided(position=1, reason="x"), role="system"),
    ],
    ids=lambda offered: offered.type_name,
)
def test_that_a_message_is_void_cannot_be_offered(offered: Event) -> None:
    for body, headers in (
        (as_bytes(offered), {"content-type": STRUCTURED}),
        (to_body(offered), to_headers(offered, 1)),
    ):
        with pytest.raises(Rejected) as caught:
            read_submission(body, headers, offered.goal_id)
        assert (caught.value.code, caught.value.errors[0].field) == ("event.invalid", "type")
        assert "cairn log void" in caught.value.detail


def test_events_of_the_builders_are_events_that_can_be_offered() -> None:
    offered = event(GOAL, proposed())

    assert read_submission(as_bytes(offered), None, GOAL) == offered
