"""The gateway's application: its endpoints, and what every answer has in common."""

from collections.abc import Sequence

from fastapi import FastAPI

from services.gateway.access_records import AccessRecords
from services.gateway.documentation import DESCRIPTION, describe
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


def create_app(gateway: Gateway, trusted_proxies: Sequence[Network] = ()) -> FastAPI:
    """The ASGI application over an open gateway; `trusted_proxies` are believed about the address that was asked."""
    app = FastAPI(
        title="Cairn",
        version="1",
        description=DESCRIPTION,
        servers=[{"url": "/", "description": "This Cairn."}],
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
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
    for module in (
        events,
        goals,
        plans,
        clinic,
        evidence,
        audit,
        accesses,
        reviews,
        calendars,
        templates,
        feed,
        fhir,
        operations,
    ):
        app.include_router(module.router)
    app.add_middleware(AccessRecords, recorder=gateway.records)
    app.add_middleware(HeadRequests)
    app.add_middleware(ResponseMiddleware, metrics=gateway.metrics)
    app.add_middleware(ForwardedHeaders, trusted=trusted_proxies)
    handle_failures(app)
    describe(app)
    return app
