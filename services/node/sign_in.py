"""A link with which a browser is signed in, once: what a node prints, and `cairn sign-in`."""

import time
from typing import NamedTuple

from events.log.client.resilient import ResilientClient
from services.access.issuer.recording import issue_token
from services.access.issuer.sign_in_links import SignInLinks
from services.access.issuer.signing_key import signing_key
from services.access.principal import Principal
from services.sample.clinic import ORG
from services.settings import Settings

_PATH = "/sign-in/link/"
SIGNED_IN_SECONDS = 8 * 60 * 60
"""How long whoever uses a link stays signed in: a working day."""
CLINICIAN_OF_THE_SAMPLE = Principal(id="cl-11", kind="person", roles=frozenset({"clinician"}), orgs=frozenset({ORG}))
"""Whom the link of a node with the sample clinic signs in."""


class Link(NamedTuple):
    """A link.

    Attributes:
        address: Where to open it.
        who: Whom it signs in, in words.
    """

    address: str
    who: str


async def make_link(
    nc: ResilientClient, settings: Settings, http_url: str, principal: Principal, *, seconds: float, by: str
) -> Link:
    """A link for a principal.

    Args:
        http_url: Where the gateway is, unless the settings have an address under which clients know it.
        seconds: How long whoever uses it stays signed in.
        by: Who makes it.

    Raises:
        NotRecorded, TokenRefused, UnusableSigningKey, ValueError: no token could be made.
        LinkNotKept: the link could not be written into the data folder.
    """
    key = signing_key(settings.data_dir, make=False)
    made = await issue_token(nc, key, principal, seconds=seconds, by=by, replicas=settings.log_replicas)
    code = SignInLinks(settings.data_dir).make(made, time.time())
    who = ", ".join([principal.id, *sorted(principal.roles), *sorted(principal.orgs)])
    return Link(f"{settings.public_url or http_url}{_PATH}{code}", who)
