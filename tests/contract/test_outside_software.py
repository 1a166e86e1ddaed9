"""What outside software does that Cairn leans on, or works around, where no test of Cairn's own shows it.

Each is a row of docs/compatibility.md. One that fails has changed: what Cairn does about it may be needed no more.
"""

import asyncio
import logging
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from importlib.resources import files
from io import BytesIO
from typing import Annotated

import httpx
import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.sse import format_sse_event
from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from fhir.resources.goal import Goal
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from nats.aio.msg import Msg
from pydantic import Field, PydanticUserError, TypeAdapter
from pypdf import PdfReader
from sqlalchemy import Column, Integer, MetaData, Table, quoted_name
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from weasyprint import HTML

from tests.postgresql import PostgresqlServer

_WITH_A_CHILD = """
import asyncio, threading
async def threads():
    child = await asyncio.create_subprocess_exec("sleep", "1000")
    try:
        print(threading.active_count())
    finally:
        child.kill()
        await child.wait()
{watcher}
asyncio.run(threads())
"""


def test_faststream_describes_no_handler_that_names_the_message_of_nats_py() -> None:
    broker = NatsBroker()

    @broker.subscriber("a")
    async def handle(message: Msg) -> None: ...

    with pytest.raises(PydanticUserError):
        AsyncAPI(broker).to_specification()


async def test_fastapi_answers_no_head_where_it_answers_get() -> None:
    app = FastAPI()

    @app.get("/")
    def read() -> dict[str, str]:
        return {}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        assert (await client.get("/")).status_code == 200
        assert (await client.head("/")).status_code == 405


def test_fastapi_puts_a_blank_line_behind_a_comment_and_behind_a_time_to_wait() -> None:
    assert format_sse_event(comment="still there") == b": still there\n\n"
    assert format_sse_event(retry=2_000) == b"retry: 2000\n\n"


def test_uvicorn_takes_what_only_passes_on_an_awaitable_for_an_application_of_asgi_2() -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None: ...

    class PassingOn:
        def __call__(self, scope: Scope, receive: Receive, send: Send) -> object:
            return answer(scope, receive, send)

    taken = uvicorn.Config(PassingOn(), log_config=None)
    taken.load()
    assert taken.interface == "asgi2"


@pytest.mark.parametrize(("whose", "scheme"), [("127.0.0.1", "https"), ("::1", "https"), ("10.0.0.1", "http")])
async def test_uvicorn_believes_the_scheme_that_this_machine_names_and_knows_no_host(whose: str, scheme: str) -> None:
    seen: list[Scope] = []

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_: Message) -> None: ...

    config = uvicorn.Config(look, log_config=None)
    config.load()
    said = [(b"host", b"here"), (b"x-forwarded-host", b"elsewhere"), (b"x-forwarded-proto", b"https")]
    asked = {"type": "http", "scheme": "http", "server": ("here", 80), "client": (whose, 4711), "headers": said}
    await config.loaded_app(asked, receive, send)

    assert (seen[0]["scheme"], dict(seen[0]["headers"])[b"host"], seen[0]["server"]) == (scheme, b"here", ("here", 80))


async def test_starlette_cancels_an_answer_that_is_left_at_every_await() -> None:
    cancelled = 0
    left = asyncio.Event()

    async def parts() -> AsyncIterator[str]:
        nonlocal cancelled
        try:
            yield "one"
            left.set()
            await asyncio.sleep(60)
        finally:
            for _ in range(3):
                try:
                    await asyncio.sleep(0.01)
                except asyncio.CancelledError:
                    cancelled += 1

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None: ...

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}}
    await StreamingResponse(parts())(scope, receive, send)

    assert cancelled == 3


async def test_asyncio_lets_the_kernel_wait_on_a_connection_to_a_listener_that_does_not_say_tcp() -> None:
    async def holds_back(listener: socket.socket) -> bool:
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            told.set_result(not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(look, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            try:
                return await told
            finally:
                writer.close()

    says_so = socket.socket(proto=socket.IPPROTO_TCP)
    says_so.bind(("127.0.0.1", 0))
    says_so.listen()
    assert await holds_back(socket.create_server(("127.0.0.1", 0)))
    assert not await holds_back(says_so)


def test_pydantic_describes_bounds_of_a_union_in_words_that_json_schema_does_not_have() -> None:
    schema = TypeAdapter(Annotated[int | float, Field(ge=0, le=10)]).json_schema()
    assert (schema["ge"], schema["le"]) == (0, 10)


def test_tzdata_lists_the_zone_of_a_machine_that_nobody_has_set_up() -> None:
    assert "Factory" in files("tzdata").joinpath("zones").read_text().split()


def test_joserfc_checks_no_claim_and_no_type_when_it_decodes() -> None:
    key = OctKey.import_key("a key that is long enough for HS256 to take it")
    said = jwt.encode({"alg": "HS256", "typ": "another+jwt"}, {"exp": 1}, key)

    assert jwt.decode(said, key).claims == {"exp": 1}


def test_joserfc_has_no_error_of_its_own_for_a_key_on_another_curve() -> None:
    with pytest.raises(KeyError):
        OKPKey.import_key({"kty": "OKP", "crv": "Ed25518", "x": "A" * 43})


async def test_httpx_has_no_error_of_its_own_for_an_answer_that_was_read() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"{}"

    response = httpx.Response(200, content=body())
    await response.aread()
    with pytest.raises(httpx.StreamConsumed) as consumed:
        await anext(response.aiter_raw())
    assert isinstance(consumed.value, RuntimeError)
    assert not isinstance(consumed.value, httpx.HTTPError)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="later ones wait by pidfd from the start")
@pytest.mark.parametrize(
    ("watcher", "threads"),
    [("", "2"), ("asyncio.set_child_watcher(watcher := asyncio.PidfdChildWatcher())", "1")],
    ids=["by itself", "with a PidfdChildWatcher"],
)
def test_asyncio_waits_for_a_child_in_a_thread(watcher: str, threads: str) -> None:
    program = _WITH_A_CHILD.format(watcher=watcher)
    done = subprocess.run((sys.executable, "-c", program), check=True, capture_output=True, text=True)
    assert done.stdout.strip() == threads


def test_the_name_of_a_column_of_sqlalchemy_is_a_str_of_its_own_kind() -> None:
    table = Table("goals", MetaData(), Column("org", Integer))
    assert type(table.c.org.name) is quoted_name


def test_sqlite_asks_the_progress_handler_while_it_commits_what_was_only_read() -> None:
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT 1").fetchall()
        connection.set_progress_handler(lambda: 1, 1)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            connection.execute("COMMIT")
        connection.set_progress_handler(None, 0)


def test_sqlite_takes_a_cast_of_json_for_json_and_a_part_of_it_for_text() -> None:
    with sqlite3.connect(":memory:") as connection:
        query = "SELECT json_array(CAST(json_object('a', 1) AS TEXT)), json_array(substr(json_object('a', 1), 1))"
        assert connection.execute(query).fetchone() == ('[{"a":1}]', '["{\\"a\\":1}"]')


def test_postgresql_fails_the_query_for_a_zone_that_its_own_files_lack(postgresql_server: PostgresqlServer) -> None:
    with psycopg.connect(postgresql_server.url()) as connection, pytest.raises(psycopg.Error, match="time zone"):
        connection.execute("SELECT timezone('Nowhere/At_All', now())")


@pytest.mark.parametrize(
    ("rows", "counted"),
    [("json_array_elements('[1, 2, 3]'::json)", 100), ("unnest(ARRAY[1, 2, 3])", 3)],
    ids=["of json", "of an array"],
)
def test_postgresql_sees_the_length_of_an_array_and_of_no_json(
    postgresql_server: PostgresqlServer, rows: str, counted: int
) -> None:
    with psycopg.connect(postgresql_server.url()) as connection:
        explained = connection.execute(f"EXPLAIN (FORMAT JSON) SELECT * FROM {rows}".encode()).fetchall()  # noqa: S608 - ours
        assert [plan["Plan"]["Plan Rows"] for (plans,) in explained for plan in plans] == [counted]


def test_weasyprint_moves_nothing_to_the_end_of_a_column_with_a_least_height() -> None:
    style = "display: flex; flex-direction: column; min-height: 20cm"
    html = f"<div style='{style}'><p>first</p><p style='margin-top: auto'>last</p></div>"
    heights = dict[str, float]()

    def see(text: str, _: object, matrix: list[float], *__: object) -> None:
        if text.strip():
            heights[text.strip()] = matrix[5]

    PdfReader(BytesIO(HTML(string=html).write_pdf())).pages[0].extract_text(visitor_text=see)
    assert 0 < abs(heights["first"] - heights["last"]) < 100


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("p { font-size: clamp(9px, 1px + 1vw, 20px); padding: calc(1rem + 1vw) }", ""),
        ("p { font-size: clamp(1rem, 1rem + 1vw, 2rem) }", "Invalid math function"),
        ("p { font-weight: 650 }", "Ignored `font-weight"),
        ("@media print { p { color: red } }", ""),
        ("@media print and (min-width: 1px) { p { color: red } }", "the whole @media rule was ignored"),
    ],
)
def test_weasyprint_says_which_rules_of_a_stylesheet_it_drops(
    rule: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "weasyprint"):
        HTML(string=f"<style>{rule}</style><p>words</p>").render()
    assert said in caplog.text
    assert bool(caplog.text) == bool(said)


def test_fhir_resources_guesses_what_is_no_fhir_and_leaves_a_leap_second_a_text() -> None:
    least = {"lifecycleStatus": "active", "description": {"text": "Walk"}, "subject": {"reference": "Patient/p1"}}
    target = [{"measure": {"text": "walks"}, "detailInteger": True}]

    guessed = Goal.model_validate({**least, "startDate": 0, "target": target}, strict=True)
    leap = Goal.model_validate({**least, "meta": {"lastUpdated": "2016-12-31T23:59:60Z"}})

    assert guessed.startDate == date(1970, 1, 1)
    assert guessed.target is not None
    assert guessed.target[0].detailInteger == 1
    assert leap.meta is not None
    assert leap.meta.lastUpdated == "2016-12-31T23:59:60Z"
