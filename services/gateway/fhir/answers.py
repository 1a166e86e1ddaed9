"""FHIR's answers: resources with their version, or the word that the client has this version already."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from fastapi import Response
from pydantic_core import to_json

from services.fhir.outgoing.elements import Json
from services.gateway.fhir.exchange import Exchange
from services.gateway.refusals import FHIR_JSON


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
        if any(each == "*" or _opaque(each) == _opaque(headers["etag"]) for each in asked.if_none_match):
            return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=FHIR_JSON)


def _opaque(etag: str) -> str:
    """What is compared of an ETag: whether it is weak makes no difference to a read (RFC 9110, 13.1.2)."""
    return etag.removeprefix("W/")
