"""FHIR's answers: resources with their version."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

from pydantic_core import to_json
from starlette.responses import Response

from services.fhir.outgoing.elements import Json
from services.gateway.fhir.exchange import Exchange
from services.gateway.refusals import FHIR_JSON

_ALONE_AFTER = timedelta(minutes=1)
"""How old a version is that has a date. Before, another one may bear the same: of the same second, and read behind, or
recorded by a clock that is late (RFC 9110, 8.8.2.2)."""


def resource_answer(asked: Exchange, resource: Json) -> Response:
    """A resource with its ETag; of a version also when it was made, once that is a minute ago.

    The ETag is the version (`meta.versionId`); of a resource without versions it is made of what it says.
    """
    body = json.dumps(resource, indent=2, ensure_ascii=False).encode() if asked.pretty else to_json(resource)
    headers = {}
    if "id" in resource:
        meta = resource.get("meta", {})
        headers["etag"] = f'W/"{meta.get("versionId") or sha256(to_json(resource)).hexdigest()[:32]}"'
        if "versionId" in meta:
            # Of the others something may have changed with the goal that they belong to: the unit of an entry, say.
            updated = datetime.fromisoformat(meta["lastUpdated"]).astimezone(UTC).replace(microsecond=0)
            if datetime.now(UTC) - updated >= _ALONE_AFTER:
                headers["last-modified"] = format_datetime(updated, usegmt=True)
    return Response(body, headers=headers, media_type=FHIR_JSON)
