"""An application of a test's own, served over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from services.http_serving import address_of, listen, serve_http


@asynccontextmanager
async def serving(app: Starlette, ending: Callable[[], None] = lambda: None) -> AsyncIterator[str]:
    """Serve an application while the block lasts; gives its address.

    Args:
        ending: Called when it is to end, so that answers which have no end of their own come to one.
    """
    with listen("127.0.0.1", 0, service="The test", setting="nothing") as listener:
        served = asyncio.create_task(serve_http(app, listener, begun=lambda: None, ending=ending))
        try:
            yield address_of(listener)
        finally:
            served.cancel()
            await asyncio.wait({served})
