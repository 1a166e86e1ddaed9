"""The gateway's application: its endpoints, and what every answer has in common.

What serves a request is the layers below, from the outermost on.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from starlette.datastructures import State
from starlette.types import ASGIApp

from services.access.authentication import Authenticator
from services.gateway.access.consents import Consents, consents_for
from services.gateway.access.middleware import Access
from services.gateway.calling import Endpoints, calls_of
from services.gateway.edge.host_names import AllowedHosts
from services.gateway.edge.hosts import HostCheck
from services.gateway.edge.origins import OriginCheck
from services.gateway.gateway import Gateway
from services.gateway.head_requests import HeadRequests
from services.gateway.pages.refused import refused_page
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
    over_time,
    plans,
    proofs,
    reviews,
    schemas,
    sessions,
    templates,
    tlog,
    today,
)
from services.gateway.routes.fhir import smart
from services.gateway.routes.fhir.smart import IssuerMetadata
from services.gateway.routes.pages import audit as audit_pages
from services.gateway.routes.pages import developers, files, home, languages, patient, session, sign_in
from services.gateway.routes.pages import goals as goal_pages
from services.gateway.routes.pages import operations as operations_page
from services.gateway.routes.pages import reviews as reviews_pages
from services.gateway.routes.pages import today as today_pages
from services.gateway.routing import Router
from services.gateway.signing_in import SigningIn

_WITH_ENDPOINTS = (
    events,
    goals,
    over_time,
    plans,
    today,
    clinic,
    evidence,
    audit,
    accesses,
    disclosures,
    proofs,
    tlog,
    reviews,
    sessions,
    calendars,
    templates,
    schemas,
    feed,
    smart,
    fhir,
    operations,
    audit_pages,
    operations_page,
    files,
    patient,
    session,
    goal_pages,
    home,
    languages,
    sign_in,
    today_pages,
    reviews_pages,
    developers,
)
_ROUTERS: Sequence[Router] = tuple(module.router for module in _WITH_ENDPOINTS)
_CALLS = calls_of(_ROUTERS)  # when imported: what `cairn up` has before it forks, its gateway does not make again


def create_app(
    gateway: Gateway,
    authenticator: Authenticator,
    *,
    hosts: AllowedHosts | None = None,
    trusted_proxies: Sequence[Network] = (),
    consents: Consents | None = None,
    issuer_metadata: IssuerMetadata = lambda: None,
    signing_in: SigningIn | None = None,
) -> ASGIApp:
    """The ASGI application over an open gateway.

    Args:
        authenticator: Finds out whose a token is.
        hosts: For which hosts it answers; for those of this machine when none are given.
        trusted_proxies: Who is believed about the address that was asked.
        consents: What patients allow other people; by their plans when it is not given.
        issuer_metadata: What the issuer of tokens says of itself.
        signing_in: How people come to a session; by nothing but a cookie that they have when it is not given.
    """
    signing_in = signing_in or SigningIn(authenticator)
    signs_in_at = signing_in.issuer.issuer_name if signing_in.issuer is not None else None
    layers: ASGIApp = Endpoints(Application(gateway, issuer_metadata, signing_in), _CALLS, gateway.records)
    consents = consents or partial(consents_for, gateway.logs)
    layers = Access(layers, authenticator, consents, gateway.records, gateway.public_url, signs_in_at)
    layers = OriginCheck(HeadRequests(layers), gateway.public_url)
    layers = HostCheck(layers, hosts or AllowedHosts())
    layers = ResponseMiddleware(layers, gateway.metrics, refused_page)
    return ForwardedHeaders(layers, trusted_proxies) if trusted_proxies else layers


class Application:
    """The endpoints, and what they find as `request.app`.

    Attributes:
        routers: The endpoints.
        state: The open gateway, what the issuer of tokens says of itself, and how people come to a session.
    """

    def __init__(
        self,
        gateway: Gateway,
        issuer_metadata: IssuerMetadata = lambda: None,
        signing_in: SigningIn | None = None,
    ):
        self.routers = _ROUTERS
        self.state = State({"gateway": gateway, "issuer_metadata": issuer_metadata, "signing_in": signing_in})

    @cached_property
    def openapi(self) -> dict[str, Any]:  # JSON
        """The OpenAPI document. What makes it is imported the first time that somebody asks."""
        from services.gateway.openapi import openapi_document  # noqa: PLC0415 - see there

        return openapi_document(self.routers)

    @cached_property
    def asyncapi(self) -> dict[str, Any]:  # JSON
        """The AsyncAPI document, made as the OpenAPI document is: FastStream makes it."""
        from services.gateway.messages.asyncapi import asyncapi_document  # noqa: PLC0415 - see there

        return asyncapi_document()
