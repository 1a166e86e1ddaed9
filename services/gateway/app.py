"""The gateway's application: its endpoints, and what every answer has in common."""

from collections.abc import Sequence
from functools import partial

from fastapi import FastAPI

from services.access.authentication import Authenticator
from services.gateway.access.consents import Consents, consents_for
from services.gateway.access.middleware import Access
from services.gateway.access_records import AccessRecords
from services.gateway.documentation import DESCRIPTION, describe
from services.gateway.edge.host_names import AllowedHosts
from services.gateway.edge.hosts import HostCheck
from services.gateway.edge.origins import OriginCheck
from services.gateway.gateway import Gateway
from services.gateway.handlers import handle_failures
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
) -> FastAPI:
    """The ASGI application over an open gateway.

    Args:
        authenticator: Finds out whose a token is.
        hosts: For which hosts it answers; for those of this machine when none are given.
        trusted_proxies: Who is believed about the address that was asked.
        consents: What patients allow other people; by their plans when it is not given.
        issuer_metadata: What the issuer of tokens says of itself.
    """
    app = FastAPI(
        title="Cairn",
        version="1",
        description=DESCRIPTION,
        servers=[{"url": "/", "description": "This Cairn."}],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # FastAPI's own spans and logs carry whole addresses, and with them what people search for.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        openapi_tags=[
            {"name": "submit", "description": "Submit events."},
            {"name": "read", "description": "What the events add up to, and the events themselves."},
            {"name": "fhir", "description": "The same as FHIR R4 and R5 resources."},
            {"name": "operate", "description": "How this Cairn is doing."},
        ],
    )
    app.state.gateway = gateway
    app.state.issuer_metadata = issuer_metadata
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
        app.router.routes.extend(module.router.routes)
    app.add_middleware(AccessRecords, recorder=gateway.records)
    app.add_middleware(
        Access,
        authenticator=authenticator,
        consents=consents or partial(consents_for, gateway.logs),
        recorder=gateway.records,
    )
    app.add_middleware(HeadRequests)
    app.add_middleware(OriginCheck, public_url=gateway.public_url)
    app.add_middleware(HostCheck, allowed=hosts or AllowedHosts())
    app.add_middleware(ResponseMiddleware, metrics=gateway.metrics)
    app.add_middleware(ForwardedHeaders, trusted=trusted_proxies)
    handle_failures(app)
    describe(app)
    return app
