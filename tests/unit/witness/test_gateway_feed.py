"""Of the gateway's feed a witness takes position and subject; what is no feed of its organisation breaks off."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.witness.errors import WitnessRecordsUnusable
from services.witness.event_count import SeenEvent
from services.witness.gateway_feed import MAX_LINE_BYTES, FeedBroken, GatewayFeed
from tests.serving import serving


def frame(**said: object) -> str:
    told = {"position": 3, "subject": "northside.p1.g1", "version": 1, "data": {"note": "words"}, **said}
    return f"event: cairn.goal.agreed.v1\ndata: {json.dumps(told)}\nid: 3123456789\n\n"


@pytest.fixture
def token(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("a token\n")
    return tmp_path / "token"


@asynccontextmanager
async def answering(body: str | bytes, status: int = 200) -> AsyncIterator[str]:
    async def feed(request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer a token"
        assert dict(request.query_params) == {"org": "northside", "after": "2"}
        return Response(body, status)

    async with serving(Starlette(routes=[Route("/v1/feed", feed)])) as address:
        yield address


async def told(body: str | bytes, token: Path, status: int = 200) -> tuple[list[SeenEvent | None], str]:
    """What is told, and how it ends."""
    found: list[SeenEvent | None] = []
    async with answering(body, status) as url:
        with pytest.raises(FeedBroken) as broken:  # noqa: PT012 - what it gave before it broke counts, too
            async for event in GatewayFeed(url, token).past("northside", 2):
                found.append(event)  # noqa: PERF401 - see above
    return found, str(broken.value)


async def test_events_are_told_by_place_alone_and_a_heartbeat_says_that_there_is_nothing_more(token: Path) -> None:
    unreadable = json.dumps({"position": 7, "subject": "cairn.log.northside.p2.plan", "reason": "?"})
    body = (
        ": Cairn's live feed\nretry: 2000\n"
        + frame()
        + frame(position=5, version=2)
        + f"event: cairn.log.unreadable\ndata: {unreadable}\nid: 7\n\n"
        + ": heartbeat\n"
    )
    found, end = await told(body, token)
    assert found == [
        SeenEvent(3, "p1", "g1", 0, is_heard=False),
        SeenEvent(5, "p1", "g1", None, is_heard=False),
        SeenEvent(7, "p2", "plan", None, is_heard=False),
        None,
    ]
    assert end == "the feed ended"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (frame(subject="southside.p1.g1"), "another organisation"),
        (frame(subject="northside.p1"), "no event of Cairn's"),
        (frame(subject=7), "no event of Cairn's"),
        (frame(position="x"), "no event of Cairn's"),
        (frame(position=0), "another organisation"),
        ("event: a\ndata: [" + "[" * 100_000 + "\n\n", "no event of Cairn's"),
        ("event: a\ndata: []\n\n", "the feed ended with a"),
        ('event: cairn.access.ended\ndata: {"code": "x"}\n\n', "the feed ended with cairn.access.ended"),
        (b"data: " + b"x" * (MAX_LINE_BYTES + 1), "too long"),
        (b"\xff\xfe\n", "the feed ended"),
    ],
)
async def test_what_is_no_feed_of_the_organisation_breaks_off(body: str | bytes, why: str, token: Path) -> None:
    found, end = await told(body, token)
    assert found == []
    assert why in end


async def test_a_refusal_or_no_answer_breaks_off(token: Path, tmp_path: Path) -> None:
    assert await told("{}", token, 403) == ([], "the gateway answers with status 403")
    assert await told("", token, 302) == ([], "the gateway answers with status 302")
    with pytest.raises(FeedBroken, match="does not answer"):
        await anext(GatewayFeed("http://127.0.0.1:1", token).past("northside", 2))
    with pytest.raises(FeedBroken, match="cannot be read"):
        await anext(GatewayFeed("http://127.0.0.1:1", tmp_path / "none").past("northside", 2))


def test_the_token_goes_nowhere_where_others_can_read_it(token: Path) -> None:
    with pytest.raises(WitnessRecordsUnusable, match="the token"):
        GatewayFeed("http://gateway.example", token)


async def test_a_file_without_a_token_is_named() -> None:
    with pytest.raises(FeedBroken, match="the file /dev/null has no token in it"):
        await anext(GatewayFeed("http://127.0.0.1:9", Path("/dev/null")).past("northside", 2))
