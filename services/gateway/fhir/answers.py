"""FHIR's answers: resources with their version, or the word that the client has this version already."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from pydantic_core import to_json
from starlette.responses import Response

from services.fhir.outgoing.elements import Json
from services.gateway.fhir.exchange import Exchange
from services.gateway.refusals import FHIR_JSON
from services.gateway.unchanged import names


def resource_answer(asked: Exchange, resource: Json) -> Response:
    """A resource, or 304 when it is one of the versions that the client has (`If-None-Match`).

    The ETag is the version (`meta.versionId`); of a resource without versions it is made of what it says.
    """
    body = json.dumps(resource, indent=2, ensure_ascii=False).encode() if asked.pretty else to_json(resource)
    headers = {}
    if "id" in resource:
        meta = resource.get("meta", {})
        headers["etag"] = f'W/"{meta.get("versionId") or sha256(to_json(resource)).hexdigest()[:32]}"'
        if "lastUpdated" in meta:
            updated = datetime.fromisoformat(meta["lastUpdated"]).astimezone(UTC)
            headers["last-modified"] = format_datetime(updated, usegmt=True)
        if names(asked.if_none_match, headers["etag"]):
            return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=FHIR_JSON)
