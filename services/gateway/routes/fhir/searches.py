"""Searching one type of resource, by address or by form."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from services.fhir.outgoing.patient import ResourceType
from services.gateway.fhir.answers import resource_answer
from services.gateway.fhir.exchange import Asked
from services.gateway.fhir.searching import search


def searching(resource: ResourceType) -> Callable[..., Awaitable[Response]]:
    """The endpoint that searches resources of this type."""

    async def find(asked: Asked) -> Response:
        """A page of what is found, as a Bundle; the link `next` leads to the one after."""
        return resource_answer(asked, await search(asked, resource))

    find.__name__ = f"search_{resource.lower()}"
    return find
