"""The witness over HTTP: `add-checkpoint` and the last checkpoint as C2SP tlog-witness 1.0.0 has them, `add-statement`
as Cairn adds it (docs/witness.md).

Nobody has to say who asks: what counts is signed by the log, and what is answered anybody may know.
"""

import json
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from events.transparency.notes import SignatureLine
from services.gateway.bodies import read_body
from services.gateway.problems import RequestRefused
from services.notary.witness_answers import SIZE_TYPE
from services.notary.witness_requests import MAX_REQUEST_BYTES
from services.witness.errors import NotCosigned, StatementNotSigned
from services.witness.records_thread import RecordsThread
from services.witness.statements import StatementSigner
from services.witness.witnessing import Witness

MAX_OPEN_REQUESTS = 64
"""How many requests may be under way; further ones are asked to come again."""
_TEXT = "text/plain; charset=utf-8"
_PROBLEM = "application/problem+json"
_ORIGIN_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_log = logging.getLogger("cairn.witness")


class WitnessEndpoints:
    """What a witness answers.

    Args:
        thread: Where the records are used.
        counted: Waits until what was heard is counted.
    """

    def __init__(
        self,
        witness: Witness,
        statements: StatementSigner,
        thread: RecordsThread,
        counted: Callable[[], Awaitable[None]],
    ):
        self._witness = witness
        self._statements = statements
        self._thread = thread
        self._counted = counted
        self._open = 0

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/add-checkpoint", self._bounded(self.add_checkpoint), methods=["POST"]),
                Route("/add-statement", self._bounded(self.add_statement), methods=["POST"]),
                Route("/{origin_hash}/checkpoint", self._bounded(self.last_checkpoint), methods=["GET"]),
                Route("/healthz", self._bounded(self.health), methods=["GET"]),
            ]
        )

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a checkpoint, or say by a status why not."""
        body = await read_body(request, MAX_REQUEST_BYTES)
        try:
            return _line(await self._thread.run(partial(self._witness.add_checkpoint, body)))
        except NotCosigned as refused:
            if refused.size is not None:
                return _answer(refused.status, f"{refused.size}\n", SIZE_TYPE)
            later = {} if refused.retry_seconds is None else {"retry-after": str(refused.retry_seconds)}
            return _answer(refused.status, f"{refused}\n", **later)

    async def add_statement(self, request: Request) -> Response:
        """Sign a statement, or say by a code why not."""
        body = await read_body(request, MAX_REQUEST_BYTES)
        await self._counted()
        try:
            return _line(await self._thread.run(partial(self._statements.add_statement, body)))
        except StatementNotSigned as refused:
            problem = {"status": refused.status, "code": refused.code, "detail": str(refused)}
            return _answer(refused.status, json.dumps(problem), _PROBLEM)

    async def last_checkpoint(self, request: Request) -> Response:
        """The checkpoint of a log that was last cosigned."""
        origin_hash = request.path_params["origin_hash"]
        note = None
        if _ORIGIN_HASH.fullmatch(origin_hash):
            note = await self._thread.run(partial(self._witness.last_cosigned, origin_hash))
        if note is None:
            return _answer(HTTPStatus.NOT_FOUND, "This witness has cosigned no checkpoint of this log.\n")
        return _answer(HTTPStatus.OK, note)

    async def health(self, _: Request) -> Response:
        """Whether the records can be read."""
        await self._thread.run(partial(self._witness.last_cosigned, ""))
        return _answer(HTTPStatus.OK, "ok\n")

    def _bounded(self, endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            if self._open >= MAX_OPEN_REQUESTS:
                return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "Too much is asked at once.\n", **{"retry-after": "1"})
            self._open += 1
            try:
                return await endpoint(request)
            except RequestRefused as refused:
                return _answer(HTTPStatus(refused.status), f"{refused.problem.detail}\n")
            except sqlite3.Error as error:
                _log.error("The records of this witness cannot be used: %s", error)
                return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "The records of this witness cannot be used now.\n")
            finally:
                self._open -= 1

        return answered


def _line(line: SignatureLine) -> Response:
    return _answer(HTTPStatus.OK, f"{line}\n")


def _answer(status: HTTPStatus, body: str, media_type: str = _TEXT, **headers: str) -> Response:
    # The media type as a header: Starlette would put a character set behind one of text.
    return Response(body, status, {"content-type": media_type, "cache-control": "no-store", **headers})
