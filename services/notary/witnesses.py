"""Asking a witness over HTTP (C2SP tlog-witness 1.0.0): for a cosignature, and for what it has last cosigned.

A witness belongs to somebody else. So its answers have a limit on size and time, no redirect is followed, and what it
says counts only as far as it verifies under the key that the policy has for it. The environment's proxies are not used:
which way a checkpoint goes is set in one place, the policy.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from events.transparency.checkpoints import Checkpoint, checkpoint_of, cosignatures_of
from events.transparency.keys import VerifierKey
from events.transparency.notes import MAX_NOTE_BYTES, Note, SignatureLine, parse_note
from events.transparency.refusals import NotProven
from services.access.tokens.issuer_urls import is_protected
from services.notary.errors import WitnessSilent, WitnessUnusable
from services.notary.witness_answers import (
    Alarm,
    StatementRefused,
    TryLater,
    WitnessAnswer,
    read_answer,
    read_statement_answer,
)
from services.notary.witness_requests import AddCheckpoint

WITNESS_SECONDS = 5.0
"""How long a witness may take for an answer, from the first packet to the last."""
MAX_WITNESS_ANSWER_BYTES = 64 * 1024
"""How large an answer with signatures may be; a checkpoint that is read may be as large as any note."""


class _Answer(NamedTuple):
    status: int
    media_type: str
    body: bytes


class _TooLarge(Exception):
    """An answer is larger than it may be."""


class WitnessClient:
    """One witness. Whoever has made it closes it.

    Args:
        url: The prefix of its addresses, as the policy has it: https, or http on this very machine.
        key: The key that the policy has for it.
        seconds: How long an answer may take.
        now: The time here, in seconds since 1970.

    Raises:
        WitnessUnusable: it cannot be asked at this address.
    """

    def __init__(
        self, url: str, key: VerifierKey, seconds: float = WITNESS_SECONDS, now: Callable[[], float] = time.time
    ):
        if not is_protected(url) or urlsplit(url).query:
            raise WitnessUnusable(
                f"The witness {key.name} has no address with https, or with http on this very machine, so it is not"
                " asked. Correct it in the policy."
            )
        self.key = key
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._now = now
        self._http: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def add_checkpoint(self, old_size: int, proof: Sequence[bytes], note: Note) -> WitnessAnswer:
        """Ask for a cosignature.

        Args:
            old_size: How large the tree is that it has last cosigned, as far as is known; 0 for none.
            proof: That the tree of that size is an earlier state of the checkpoint's.
            note: The checkpoint, with the log's signature.

        Raises:
            ValueError: the proof has more hashes than any has, or something that is none.
        """
        request = AddCheckpoint(old_size, tuple(proof), note)
        try:
            answer = await self._ask("POST", "add-checkpoint", bytes(request))
        except _TooLarge:
            return Alarm(f"it answers with more than {MAX_WITNESS_ANSWER_BYTES // 1024} KiB")
        except (httpx.HTTPError, OSError, TimeoutError):
            return TryLater()
        return read_answer(*answer, old_size, note, self.key, self._now())

    async def add_statement(self, note: Note, key: VerifierKey) -> SignatureLine | StatementRefused:
        """Ask for a signature of a statement of how many events there are: Cairn's own addition to the protocol.

        Args:
            note: The statement, signed by the log.
            key: The witness's key for statements (`NAME/statements`).

        Returns:
            Its line, which verifies; or why there is none.
        """
        try:
            answer = await self._ask("POST", "add-statement", str(note).encode())
        except _TooLarge:
            return StatementRefused("witness.unreadable", "The witness's answer is too large.")
        except (httpx.HTTPError, OSError, TimeoutError):
            return StatementRefused("witness.unavailable", "The witness does not answer.")
        return read_statement_answer(answer.status, answer.body, note, key)

    async def last_cosigned(self, origin: str) -> Checkpoint | None:
        """The checkpoint of a log that it has last cosigned, as its monitors are told.

        Returns:
            The checkpoint. None where it has cosigned none, or is an older witness that does not say:
            :meth:`add_checkpoint` with an old size of 0 is then answered with the size that it knows.

        Raises:
            WitnessSilent: it does not answer, or what it answers does not verify.
        """
        address = f"{sha256(origin.encode()).hexdigest()}/checkpoint"
        try:
            answer = await self._ask("GET", address, most=MAX_NOTE_BYTES)
        except (httpx.HTTPError, OSError, TimeoutError, _TooLarge) as error:
            raise WitnessSilent(f"The witness {self.key.name} does not answer ({type(error).__name__}).") from None
        if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
            return None
        if answer.status != HTTPStatus.OK:
            raise WitnessSilent(f"The witness {self.key.name} answers with status {answer.status}.")
        try:
            note = parse_note(answer.body)
            checkpoint = checkpoint_of(note)
            cosignatures = cosignatures_of(note, [self.key])
        except NotProven as refused:
            raise WitnessSilent(f"What the witness {self.key.name} says it cosigned is not that: {refused}.") from None
        if checkpoint.origin != origin or not cosignatures:
            raise WitnessSilent(f"The witness {self.key.name} answers with a checkpoint that it has not cosigned.")
        return checkpoint

    async def close(self) -> None:
        """Let its connections go."""
        if self._http is not None:
            await self._http.aclose()

    async def _ask(
        self, method: str, address: str, body: bytes | None = None, most: int = MAX_WITNESS_ANSWER_BYTES
    ) -> _Answer:
        headers = {"accept-encoding": "identity"}  # a compressed answer could be small here and large there
        if body is not None:
            headers["content-type"] = "text/plain; charset=utf-8"
        async with asyncio.timeout(self._seconds):
            http = await self._opened()
            sent = http.stream(method, f"{self._url}/{address}", content=body, headers=headers)
            async with sent as answer:
                got = bytearray()
                async for part in answer.aiter_raw():
                    got += part
                    if len(got) > most:
                        raise _TooLarge
                media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return _Answer(answer.status_code, media_type, bytes(got))

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._http is None:
                # Reading all certificates takes a tenth of a second; nobody else should wait for that.
                tls = await asyncio.to_thread(httpx.create_ssl_context)
                self._http = httpx.AsyncClient(
                    verify=tls, trust_env=False, follow_redirects=False, timeout=self._seconds
                )
            return self._http
