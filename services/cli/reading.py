"""Reading the projections over NATS: the same paths as the HTTP API, answered by the gateway."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import click

from services.cli.access_recording import reading_headers
from services.cli.printing import Json, printable

if TYPE_CHECKING:
    from nats.aio.client import Client

READ = "cairn.read"
PAGE_ITEMS = 50
"""Items asked for at once: a page of whole goals stays far below what one NATS message holds."""
_READ_ANSWER_SECONDS = 15.0
_INVALID = 422


async def read(nc: "Client", path: str, **query: object) -> Json:
    """Read one page of the HTTP API over NATS; parameters that are None are left out.

    Raises:
        click.UsageError: what is asked for cannot be; the message is the gateway's own.
        click.ClickException: no gateway answers, or the gateway refuses; the message is the gateway's own.
    """
    from nats.errors import NoRespondersError
    from nats.errors import TimeoutError as NatsTimeout
    from pydantic_core import from_json

    given = {name: value for name, value in query.items() if value is not None}
    request = f"{path}?{urlencode(given)}" if given else path
    try:
        reply = await nc.request(READ, request.encode(), timeout=_READ_ANSWER_SECONDS, headers=reading_headers())
    except NoRespondersError:
        raise click.ClickException(_no_gateway(nc)) from None
    except NatsTimeout:
        raise click.ClickException(
            f"The gateway did not answer within {_READ_ANSWER_SECONDS:.0f} s. Try again."
        ) from None
    status = int((reply.headers or {}).get("status", "200"))
    body: Json = from_json(reply.data) if reply.data else {}
    if status >= 400:
        refusal = click.UsageError if status == _INVALID else click.ClickException
        raise refusal(_said(body) or f"The gateway answered {status}.")
    return body


async def read_pages(nc: "Client", path: str, limit: int, query: Mapping[str, object]) -> Json:
    """Read a list page by page, up to `limit` items: `{"items": […], "next": cursor or null}`.

    Raises:
        click.ClickException: as `read` does.
    """
    items: list[Json] = []
    cursor = query.get("cursor")
    while True:
        asked = {**query, "cursor": cursor, "limit": min(PAGE_ITEMS, limit - len(items))}
        page = await read(nc, path, **asked)
        items += page["items"]
        cursor = page.get("next")
        if not cursor or len(items) >= limit:
            return {"items": items, "next": cursor}


def _no_gateway(nc: "Client") -> str:
    """That no gateway answers, and what to do: a `cairn up` that runs at the address starts one by itself."""
    from services.cli.configuration import load_settings
    from services.node.address import read_address, without_secret

    if nc.connected_url is None:
        where, node = "the NATS server", None
    else:
        where, node = without_secret(nc.connected_url.geturl()), read_address(load_settings().data_dir)
    starts = node is not None and where in without_secret(node.nats_url).split(",")
    advice = (
        "Wait until the `cairn up` there is ready" if starts else "Start one with `make run` or `cairn serve gateway`"
    )
    return f"No gateway answers at {where}. {advice}."


def _said(problem: Json) -> str:
    """What a refusal says; where several things are wrong, what it says of each, as nobody sees its fields here."""
    errors = problem.get("errors") or ()
    said = " ".join(each["detail"] for each in errors) if len(errors) > 1 else problem.get("detail")
    return printable(said)
