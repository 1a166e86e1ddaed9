"""What HTTP answers when the goals service answers, refuses, or is silent."""

from collections.abc import Collection
from typing import cast

import httpx
import pytest
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError, MaxPayloadError, NoRespondersError
from nats.errors import TimeoutError as NatsTimeout

from events.envelope import BATCH, STRUCTURED
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.placement import Placed, Placement
from services.access.principal import everyone_of
from services.access.records.recorder import AccessRecorder
from services.gateway.app import create_app
from services.gateway.freshness import Freshness
from services.gateway.gateway import Gateway
from services.gateway.notaries import Notaries, NotaryState
from services.gateway.projection_status import Standing, Status
from services.gateway.reader import Reader
from services.gateway.readiness import Readiness, StreamHealth
from services.gateway.submission import Submitter
from tests.builders import GOAL, as_bytes, event, proposed
from tests.tokens import WrittenOut, asking

RECORDED = b'{"status":"recorded","duplicate":false,"events":[{"type":"t","position":812,"version":9}],"notes":["So."]}'
DUPLICATE = RECORDED.replace(b"false", b"true")
REFUSED = b'{"status":"rejected","code":"version.conflict","detail":"It is at 9.","errors":[],"version":9}'


class Nats:
    """A connection on which every request has the same end."""

    def __init__(self, end: bytes | Exception, *, is_connected: bool = True):
        self.end = end
        self.is_connected = is_connected
        self.requests: list[tuple[str, bytes, dict[str, str]]] = []

    async def ask(self, subject: str, headers: dict[str, str], payload: bytes, seconds: float) -> Msg:
        self.requests.append((subject, payload, headers))
        if isinstance(self.end, Exception):
            raise self.end
        return Msg(_client=ResilientClient(), data=self.end)

    async def request(self, subject: str, payload: bytes, timeout: float) -> Msg:  # noqa: ASYNC109 - as nats-py has it
        """What services are asked for how they are: none is there."""
        raise NatsTimeout


class NoProjections:
    """Of which nothing is to be told."""

    async def statuses(self) -> list[Status]:
        return []

    async def streams(self, statuses: Collection[Status]) -> dict[str, StreamHealth]:
        return {}

    async def states(self) -> dict[str, NotaryState]:
        return {}


def client(nats: Nats) -> httpx.AsyncClient:
    gateway = Gateway(
        nc=cast(ResilientClient, nats),
        submitter=Submitter(cast(ResilientClient, nats), Placement()),
        logs=cast(Placed[Log], None),
        reader=cast(Reader, None),
        freshness=cast(Freshness, None),
        standing=cast(Standing, NoProjections()),
        readiness=cast(Readiness, NoProjections()),
        records=AccessRecorder(ResilientClient()),
        notaries=cast(Notaries, NoProjections()),
    )
    return asking(create_app(gateway, WrittenOut()))


async def post(nats: Nats, body: bytes | None = None, content_type: str = STRUCTURED) -> httpx.Response:
    content = as_bytes(event(GOAL, proposed(), id="1")) if body is None else body
    return await client(nats).post("/v1/events", content=content, headers={"content-type": content_type})


async def test_an_event_is_sent_as_it_came_to_the_subject_of_its_goal() -> None:
    nats = Nats(RECORDED)
    body = as_bytes(event(GOAL, proposed(), id="1"))

    await post(nats, body)

    [(subject, sent, headers)] = nats.requests
    assert (subject, sent) == (f"cairn.forwarded.{GOAL}", body)
    assert headers == {"content-type": STRUCTURED, "cairn-principal": everyone_of(frozenset(), "node").encoded()}


async def test_recorded_is_201_with_the_place_to_read_it() -> None:
    response = await post(Nats(RECORDED))

    assert response.status_code == 201
    assert response.headers["location"] == "/v1/orgs/northside/patients/pt-1/goals/walk"
    assert response.json() == {
        "status": "recorded",
        "duplicate": False,
        "events": [{"type": "t", "position": 812, "version": 9}],
        "notes": ["So."],
    }


async def test_a_duplicate_is_200_with_the_first_outcome() -> None:
    response = await post(Nats(DUPLICATE))

    assert response.status_code == 200
    assert response.json()["duplicate"] is True


async def test_a_conflict_is_409_with_the_version_that_the_goal_is_at() -> None:
    response = await post(Nats(REFUSED))

    assert response.status_code == 409
    assert response.json()["version"] == 9


@pytest.mark.parametrize("end", [NatsTimeout(), ConnectionClosedError(), b"not an outcome", b""])
async def test_silence_says_that_it_is_unknown_whether_it_was_recorded(end: bytes | Exception) -> None:
    response = await post(Nats(end))

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.json()["code"] == "log.unavailable"
    assert "unknown whether" in response.json()["detail"]
    assert "same id is safe" in response.json()["detail"]


@pytest.mark.parametrize("nats", [Nats(NoRespondersError()), Nats(RECORDED, is_connected=False)])
async def test_what_was_handed_to_nobody_is_known_not_to_be_recorded(nats: Nats) -> None:
    response = await post(nats)

    assert response.status_code == 503
    assert response.json()["code"] == "log.unavailable"
    assert "nothing was recorded" in response.json()["detail"]


@pytest.mark.parametrize("code", ["log.unavailable", "log.busy", "log.replaced", "log.unfit"])
async def test_what_the_goals_service_says_of_the_log_is_passed_on(code: str) -> None:
    response = await post(Nats(b'{"status":"rejected","code":"%b","detail":"Later."}' % code.encode()))

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.json()["code"] == code


async def test_an_id_that_is_used_again_is_409_with_what_is_stored_under_it() -> None:
    detail = "An earlier event with this source and id is stored at position 12 with another content."
    outcome = f'{{"status":"rejected","code":"event.id_reused","detail":"{detail}","version":4}}'
    response = await post(Nats(outcome.encode()))

    assert response.status_code == 409
    assert (response.json()["code"], response.json()["version"]) == ("event.id_reused", 4)
    assert response.json()["detail"] == detail


async def test_what_depends_on_an_unreadable_event_is_409_and_not_to_be_tried_again() -> None:
    response = await post(Nats(b'{"status":"rejected","code":"log.unreadable","detail":"Position 7."}'))

    assert (response.status_code, response.json()["code"]) == (409, "log.unreadable")
    assert "retry-after" not in response.headers


async def test_an_event_too_large_for_nats_is_invalid_and_not_to_be_tried_again() -> None:
    response = await post(Nats(MaxPayloadError()))

    assert (response.status_code, response.json()["code"]) == (422, "event.invalid")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", STRUCTURED, 422, "event.invalid"),
        (b"x" * 10_000_000, STRUCTURED, 413, "event.invalid"),
        (b"x" * 10_000_000, BATCH, 413, "event.invalid"),
        (b"{}", BATCH, 422, "event.invalid"),
        (b"{}", STRUCTURED, 422, "event.invalid"),
        (as_bytes(event(GOAL, proposed())).replace(b'"subject"', b'"about"'), STRUCTURED, 422, "identity.mismatch"),
        (b"{}", "text/plain", 415, "request.media_type"),
    ],
)
async def test_what_cannot_be_addressed_is_refused_and_sent_to_nobody(
    body: bytes, content_type: str, status: int, code: str
) -> None:
    nats = Nats(RECORDED)

    response = await post(nats, body, content_type)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert nats.requests == []


async def test_a_batch_is_200_with_one_outcome_for_each_event() -> None:
    body = b"[" + b",".join([as_bytes(event(GOAL, proposed(), id="1")), b"5"]) + b"]"

    response = await post(Nats(DUPLICATE), body, BATCH)

    assert response.status_code == 200
    assert [each["status"] for each in response.json()] == ["recorded", "rejected"]
    assert response.json()[1]["code"] == "event.invalid"


async def test_submissions_are_counted_by_what_became_of_them() -> None:
    nats = Nats(RECORDED)
    one = client(nats)
    ends: list[bytes | Exception] = [RECORDED, DUPLICATE, REFUSED, NatsTimeout()]
    for end in ends:
        nats.end = end
        await one.post("/v1/events", content=as_bytes(event(GOAL, proposed())), headers={"content-type": STRUCTURED})

    text = (await one.get("/metrics")).text

    for outcome in ("recorded", "duplicate", "version.conflict", "log.unavailable"):
        assert f'cairn_submissions_total{{outcome="{outcome}"}} 1.0' in text
