"""The gateway's application: its endpoints, and what every answer has in common.

FastAPI describes the endpoints (`/openapi.json`); what serves a request is the layers below, from the outermost on.
"""

from collections.abc import Sequence
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from services.access.authentication import Authenticator
from services.gateway.access.consents import Consents, consents_for
from services.gateway.access.middleware import Access
from services.gateway.access_records import AccessRecords
from services.gateway.calling import Endpoints
from services.gateway.documentation import DESCRIPTION, describe
from services.gateway.edge.host_names import AllowedHosts
from services.gateway.edge.hosts import HostCheck
from services.gateway.edge.origins import OriginCheck
from services.gateway.gateway import Gateway
from services.gateway.head_requests import HeadRequests
from services.gateway.public_address import ForwardedHeaders, Network
from services.gateway.response_middleware import ResponseMiddleware
from services.gateway.routes import (
    accesses,
    audit,
    calendars,
    clinic,
    disclosures,
    events,
    evidence,
    feed,
    fhir,
    goals,
    operations,
    plans,
    reviews,
    templates,
)
from services.gateway.routes.fhir import smart
from services.gateway.routes.fhir.smart import IssuerMetadata


def create_app(
    gateway: Gateway,
    authenticator: Authenticator,
    *,
    hosts: AllowedHosts | None = None,
    trusted_proxies: Sequence[Network] = (),
    consents: Consents | None = None,
    issuer_metadata: IssuerMetadata = lambda: None,
) -> ASGIApp:
    """The ASGI application over an open gateway.

    Args:
        authenticator: Finds out whose a token is.
        hosts: For which hosts it answers; for those of this machine when none are given.
        trusted_proxies: Who is believed about the address that was asked.
        consents: What patients allow other people; by their plans when it is not given.
        issuer_metadata: What the issuer of tokens says of itself.
    """
    api = create_api(gateway, issuer_metadata)
    layers: ASGIApp = AccessRecords(Endpoints(api), gateway.records)
    layers = Access(layers, authenticator, consents or partial(consents_for, gateway.logs), gateway.records)
    layers = OriginCheck(HeadRequests(layers), gateway.public_url)
    layers = HostCheck(layers, hosts or AllowedHosts())
    return ForwardedHeaders(ResponseMiddleware(layers, gateway.metrics), trusted_proxies)


def create_api(gateway: Gateway, issuer_metadata: IssuerMetadata = lambda: None) -> FastAPI:
    """The endpoints over an open gateway, and their description."""
    api = FastAPI(
        title="Cairn",
        version="1",
        description=DESCRIPTION,
        servers=[{"url": "/", "description": "This Cairn."}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        openapi_tags=[
            {"name": "submit", "description": "Submit events."},
            {"name": "read", "description": "What the events add up to, and the events themselves."},
            {"name": "fhir", "description": "The same as FHIR R4 and R5 resources."},
            {"name": "operate", "description": "How this Cairn is doing."},
        ],
    )
    api.state.gateway = gateway
    api.state.issuer_metadata = issuer_metadata
    for module in (
        events,
        goals,
        plans,
        clinic,
        evidence,
        audit,
        accesses,
        disclosures,
        reviews,
        calendars,
        templates,
        feed,
        smart,
        fhir,
        operations,
    ):
        # `include_router` would work out each of the routes once more when the first request comes.
        api.router.routes.extend(module.router.routes)
    describe(api)
    return api
