"""What the gateway tells of the past: the organisation's events as server-sent events (`GET /v1/feed`), of which only
position, subject and version are looked at. What an event says is not kept. And the checkpoint that is published.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path

import httpx

from events.identity import LOG
from events.transparency.notes import MAX_NOTE_BYTES
from services.access.tokens.issuer_urls import is_protected
from services.witness.errors import WitnessRecordsUnusable
from services.witness.event_count import SeenEvent

MAX_LINE_BYTES = 4 * 1024 * 1024
"""How long a line of the feed may be; an event with everything around it is far smaller."""
_SILENT_SECONDS = 60.0
"""The feed says something every 15 seconds."""
_CHECKPOINT_SECONDS = 5.0
_HEARTBEAT = b": heartbeat"
_UNREADABLE = "cairn.log.unreadable"
_MAX_TOKEN_BYTES = 16 * 1024


class FeedBroken(Exception):
    """The feed ended, or is none; the text says why."""


class GatewayFeed:
    """The feed of one Cairn, and the checkpoints of its logs.

    Args:
        url: Where its HTTP API is: https, or http on this very machine.
        token_file: The file with an access token that may read the organisation's history.

    Raises:
        WitnessRecordsUnusable: it cannot be asked there.
    """

    def __init__(self, url: str, token_file: Path):
        if not is_protected(url):
            raise WitnessRecordsUnusable(
                "CAIRN_WITNESS_GATEWAY_URL must be an https address, or an http address of this very machine: the token"
                " goes there."
            )
        self._url = url.rstrip("/")
        self._token_file = token_file

    async def past(self, org: str, after: int) -> AsyncGenerator[SeenEvent | None, None]:
        """The events of an organisation behind a position, and then what comes; None whenever nothing more is there.

        Raises:
            FeedBroken: it ends, or cannot be read.
        """
        headers = {"accept": "text/event-stream", "accept-encoding": "identity"}
        try:
            async with (
                await self._client(_SILENT_SECONDS) as http,
                http.stream("GET", "/v1/feed", params={"org": org, "after": after}, headers=headers) as answer,
            ):
                _check(answer)
                async with aclosing(_lines(answer.aiter_raw())) as lines:
                    async for seen in _events(lines, org):
                        yield seen
        except (httpx.HTTPError, OSError) as error:
            raise FeedBroken(f"the gateway does not answer ({type(error).__name__})") from None

    async def published(self, origin: str) -> bytes:
        """The newest published checkpoint of a log.

        Raises:
            FeedBroken: there is none, or it cannot be read.
        """
        path = f"/tlog/{origin.rpartition('/')[2]}/checkpoint"
        content = b""
        try:
            async with (
                await self._client(_CHECKPOINT_SECONDS) as http,
                http.stream("GET", path, headers={"accept-encoding": "identity"}) as answer,
            ):
                _check(answer)
                async for part in answer.aiter_raw():
                    content += part
                    if len(content) > MAX_NOTE_BYTES:
                        raise FeedBroken("what it gives as a checkpoint is too long")
        except (httpx.HTTPError, OSError) as error:
            raise FeedBroken(f"the gateway does not answer ({type(error).__name__})") from None
        return content

    async def _client(self, seconds: float) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {await asyncio.to_thread(self._token)}"}
        return httpx.AsyncClient(
            base_url=self._url,
            headers=headers,
            verify=await asyncio.to_thread(httpx.create_ssl_context),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(seconds),
        )

    def _token(self) -> str:
        try:
            with self._token_file.open("rb") as opened:
                token = opened.read(_MAX_TOKEN_BYTES).decode("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise FeedBroken(f"the token in {self._token_file} cannot be read ({type(error).__name__})") from None
        if not token:
            raise FeedBroken(f"the file {self._token_file} has no token in it")
        return token


def _check(answer: httpx.Response) -> None:
    if answer.status_code != HTTPStatus.OK:
        raise FeedBroken(f"the gateway answers with status {answer.status_code}")


async def _lines(parts: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    kept = bytearray()
    async for part in parts:
        kept += part
        *whole, rest = kept.split(b"\n")
        for line in whole:
            yield bytes(line)
        kept = rest
        if len(kept) > MAX_LINE_BYTES:
            raise FeedBroken("a line of the feed is too long")
    raise FeedBroken("the feed ended")


async def _events(lines: AsyncIterator[bytes], org: str) -> AsyncGenerator[SeenEvent | None, None]:
    kind = data = b""
    async for line in lines:
        if line.startswith(_HEARTBEAT):
            yield None
        elif line.startswith(b"event: "):
            kind = line.removeprefix(b"event: ")
        elif line.startswith(b"data: "):
            data = line.removeprefix(b"data: ")
        elif not line and data:
            yield _seen(kind.decode(errors="replace"), data, org)
            kind = data = b""


def _seen(kind: str, data: bytes, org: str) -> SeenEvent:
    try:
        said = json.loads(data)
        if "position" not in said:
            raise FeedBroken(f"the feed ended with {kind}")
        subject = said["subject"].removeprefix(f"{LOG}.") if kind == _UNREADABLE else said["subject"]
        of, patient, goal = subject.split(".")
        position = int(said["position"])
        # A version counts the goal's events. That of one that cannot be read is not told.
        before = 0 if said.get("version") == 1 else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise FeedBroken("the feed has something that is no event of Cairn's") from None
    if of != org or position < 1:
        raise FeedBroken("the feed has an event of another organisation")
    return SeenEvent(position, patient, goal, before, is_heard=False)
