"""GET /operations: whether everything is shown, and if not, what to do."""

from starlette.responses import Response

from services.gateway.gateway import Here
from services.gateway.operations_report import operations_report
from services.gateway.pages.addresses import OPERATIONS
from services.gateway.pages.rendering import Shows
from services.gateway.routing import Router

router = Router()


@router.get(OPERATIONS, include_in_schema=False)
async def operations_page(here: Here, page: Shows) -> Response:
    """What …/v1/operations answers, in words. A small script looks again every few seconds."""
    # What makes texts is imported when the first page is asked for, as in `rendering.py`.
    from services.gateway.pages.operations.view import operations_view  # noqa: PLC0415

    view = operations_view(page.language, await operations_report(here))
    return page.answer("operations.html", view=view)
