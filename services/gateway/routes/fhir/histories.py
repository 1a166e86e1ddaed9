"""Versions: of every resource of a type, of one resource, and one of them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from pydantic import StringConstraints
from starlette.responses import Response

from services.fhir.outgoing.bundles import Version
from services.fhir.outgoing.patient import ResourceType
from services.gateway.fhir.addresses import find_goal, unknown
from services.gateway.fhir.answers import resource_answer
from services.gateway.fhir.exchange import Asked, Exchange
from services.gateway.fhir.histories import history_of_one, history_of_type, read_versions
from services.gateway.problems import RequestRefused
from services.gateway.routes.fhir.reads import FhirId
from services.gateway.routing import Path

VersionId = Annotated[str, StringConstraints(max_length=20), Path(description="`meta.versionId`.")]
Endpoint = Callable[..., Awaitable[Response]]


def type_history(resource: ResourceType) -> Endpoint:
    """The endpoint with the versions of every resource of this type."""

    async def answer(asked: Asked) -> Response:
        """Every version there is, of all organisations that whoever asks may read, the newest first, in pages."""
        return resource_answer(asked, await history_of_type(asked, resource))

    answer.__name__ = f"history_of_every_{resource.lower()}"
    return answer


def instance_history(resource: ResourceType) -> Endpoint:
    """The endpoint with the versions of one resource of this type."""

    async def answer(asked: Asked, id: FhirId) -> Response:
        """It as it stood after each event, the newest first, in pages."""
        versions = await _versions(asked, resource, id)
        return resource_answer(asked, history_of_one(asked, versions, f"{resource}/{id}"))

    answer.__name__ = f"history_of_{resource.lower()}"
    return answer


def one_version(resource: ResourceType) -> Endpoint:
    """The endpoint with one version of one resource of this type."""

    async def answer(asked: Asked, id: FhirId, version: VersionId) -> Response:
        """It as it stood at this version."""
        asked.without_parameters()
        for each in await _versions(asked, resource, id):
            number = each.recorded.version if resource == "Goal" else each.recorded.position
            if str(number) == version:
                return resource_answer(asked, each.write())
        raise RequestRefused("goal.version_unknown", f"The {resource} has no such version.")

    answer.__name__ = f"version_of_{resource.lower()}"
    return answer


async def _versions(asked: Exchange, resource: ResourceType, id: str) -> Sequence[Version]:
    versions = await read_versions(asked, resource, await find_goal(asked, id))
    if not versions:
        raise unknown()
    return versions
