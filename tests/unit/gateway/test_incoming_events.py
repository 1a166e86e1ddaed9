"""What is submitted over HTTP: how an event is told apart, addressed, and refused when it cannot be."""

import codecs
import json

import pytest
from pydantic_core import to_json
from starlette.datastructures import Headers

from events.envelope import BATCH, MAX_EVENT_BYTES, STRUCTURED
from events.errors import Rejected
from events.identity import GoalId
from services.gateway.incoming_events import MAX_BATCH_EVENTS, Submission, is_batch, read_batch, read_event
from services.gateway.problems import RequestRefused
from tests.unit.events.envelopes import BINARY, BODY, WHOLE

GOAL = GoalId("northside", "p1", "g1")
EVENT = {"specversion": "1.0", "id": "1", "subject": str(GOAL), "data": {}}


@pytest.mark.parametrize(
    "content_type",
    [STRUCTURED, f"{STRUCTURED}; charset=utf-8", "application/json", "Application/JSON", "text/json", "text/x+json"],
)
def test_a_structured_event_is_forwarded_as_it_came(content_type: str) -> None:
    body = json.dumps(EVENT, indent=2).encode()

    submission = read_event(body, {"Content-Type": content_type})

    assert submission == Submission(GOAL, body, {"content-type": STRUCTURED})


def test_a_binary_event_keeps_its_attributes_and_loses_other_headers() -> None:
    headers = {
        "Content-Type": "application/json",
        "CE-Id": "1",
        "ce-type": "cairn.goal.agreed.v1",
        "ce-subject": str(GOAL),
        "ce-actor": "J%C3%B3",
        "Authorization": "secret",
    }

    submission = read_event(b"{}", headers)

    assert submission.goal_id == GOAL
    assert submission.body == b"{}"
    assert submission.headers == {
        "content-type": "application/json",
        "ce-id": "1",
        "ce-type": "cairn.goal.agreed.v1",
        "ce-subject": str(GOAL),
        "ce-actor": "J%C3%B3",
    }


@pytest.mark.parametrize("missing", [None, "", "northside.p1"])
def test_a_binary_event_without_an_address_is_refused_as_a_structured_one_is(missing: str | None) -> None:
    headers = {name: value for name, value in {**BINARY, "ce-subject": missing}.items() if value is not None}

    with pytest.raises(Rejected) as binary:
        read_event(BODY, headers)
    with pytest.raises(Rejected) as structured:
        read_event(to_json({**WHOLE, "subject": missing}), {"content-type": STRUCTURED})

    assert str(binary.value) == str(structured.value)
    assert binary.value.code == "identity.mismatch"


def test_a_binary_event_without_a_type_is_for_the_goals_service_to_refuse() -> None:
    submission = read_event(BODY, {name: value for name, value in BINARY.items() if name != "ce-type"})

    assert str(submission.goal_id) == BINARY["ce-subject"]


def test_a_header_that_is_there_twice_is_refused() -> None:
    with pytest.raises(Rejected) as refusal:
        read_event(BODY, Headers(raw=[*Headers(BINARY).raw, (b"CE-Id", b"e2")]))

    assert [each.field for each in refusal.value.errors] == ["id"]


@pytest.mark.parametrize("subject", ['"northside.p1.g1"', "northside%2Ep1.g1"])
def test_a_subject_is_read_as_the_binding_says(subject: str) -> None:
    assert read_event(BODY, {**BINARY, "ce-subject": subject}).goal_id == GOAL


def test_a_header_in_utf_8_is_sent_on_as_it_was_meant() -> None:
    """HTTP servers read headers as Latin-1."""
    submission = read_event(BODY, Headers(raw=[*Headers(BINARY).raw, (b"ce-comment", "Zoë".encode())]))

    assert submission.headers["ce-comment"] == "Zoë"


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_any_web_page_could_send_is_no_event(content_type: str) -> None:
    with pytest.raises(RequestRefused) as refusal:
        read_event(to_json(EVENT), {"content-type": content_type} if content_type else {})

    assert refusal.value.status == 415
    assert STRUCTURED in refusal.value.problem.detail


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "event.invalid"),
        (b"{", "event.invalid"),
        (b"\xff\xfe", "event.invalid"),
        (b"[]", "event.invalid"),
        (b"null", "event.invalid"),
        (b"[" * 100_000, "event.invalid"),
        (b'{"subject": ' + b"[" * 100_000, "event.invalid"),
        (b" " * (MAX_EVENT_BYTES + 1), "event.invalid"),
        (b"{}", "event.invalid"),
        *(
            (to_json({**WHOLE, "subject": subject}), "identity.mismatch")
            for subject in (None, 5, "northside.p1", "northside.p1.g 1", "northside.p1.*", "a.b.c.d", "a.b.c\u0000")
        ),
    ],
)
def test_an_event_without_an_address_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        read_event(body, {"content-type": STRUCTURED})

    assert refusal.value.code == code


def test_a_batch_is_told_by_its_content_type() -> None:
    assert is_batch(f"{BATCH}; charset=utf-8")
    assert not is_batch(STRUCTURED)


def test_a_batch_keeps_its_order_with_rejections_in_their_places() -> None:
    other = {**EVENT, "subject": "northside.p2.g1"}

    read = read_batch(codecs.BOM_UTF8 + to_json([EVENT, 5, other, {**WHOLE, "subject": None}]), {})

    assert [each.goal_id.patient if isinstance(each, Submission) else each.code for each in read] == [
        "p1",
        "event.invalid",
        "p2",
        "identity.mismatch",
    ]


def test_a_member_of_a_batch_says_the_same_as_when_it_comes_alone() -> None:
    event = {**EVENT, "data": {"note": "Grüße – “so”", "value": 0.1, "big": 2**60, "none": None}}

    [submission] = read_batch(to_json([event]), {})

    assert isinstance(submission, Submission)
    assert json.loads(submission.body) == event


@pytest.mark.parametrize(
    ("body", "where"), [(b'[{"id": NaN}]', "line 1 column 9"), (b"[1,\n]", "line 2 column 1"), (b"", "line 1 column 0")]
)
def test_a_batch_that_is_no_json_is_told_where_it_ends_to_be_some(body: bytes, where: str) -> None:
    with pytest.raises(Rejected) as refused:
        read_batch(body, {})

    assert refused.value.detail == f"The batch is not JSON that Cairn can read, at {where}."


def test_a_batch_in_which_a_name_is_there_twice_is_refused() -> None:
    body = to_json([EVENT, EVENT]).replace(b'"subject":', b'"subject":"a.b.c","subject":', 1)

    with pytest.raises(Rejected) as refused:
        read_batch(codecs.BOM_UTF8 + body, {})

    assert [each.field for each in refused.value.errors] == ["0.subject"]


@pytest.mark.parametrize("body", [b"{}", b"[", b"", to_json([EVENT] * (MAX_BATCH_EVENTS + 1))])
def test_a_batch_that_is_no_list_or_too_long_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Rejected) as refusal:
        read_batch(body, {})

    assert refusal.value.code == "event.invalid"
