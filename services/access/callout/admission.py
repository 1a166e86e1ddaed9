"""Whether a client is admitted, to which account, and as whom. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from events.codes import CODES
from events.errors import CairnError
from services.access.authentication import CheckedToken
from services.access.callout.permissions import Permissions, permissions
from services.access.nats_users import CALLOUT_USER
from services.access.principal import Principal
from services.access.scopes import API, reaches_beyond_fhir

ORGANISATION = "org."
"""A client whose token is for several organisations chooses one by the user name `org.ORG`. There is a dot in it
because the server takes the name of a configured user, such as `northside`, for that user's."""
KICK_BEFORE_SECONDS = 5.0
"""How long before its token expires a connection is ended, so that its client connects again with a new one. At expiry
itself the server ends it with an error after which nats-py closes for good."""


class Refused(CairnError):
    """A client is not admitted. The sentence goes into the server's log, so it holds nothing that a token says.

    Attributes:
        code: One of `events/codes.py`.
    """

    def __init__(self, code: str, detail: str | None = None):
        super().__init__(detail or CODES[code].meaning)
        self.code = code


@dataclass(frozen=True, slots=True)
class Admission:
    """A client that is admitted.

    Attributes:
        principal: Who it is in the one organisation, with the time at which its token expires.
        account: The name of the account that it is placed in.
        permissions: What it may publish and hear there.
        expires: When its token expires, in seconds since 1970.
    """

    principal: Principal
    account: str
    permissions: Permissions
    expires: int

    @property
    def user(self) -> str:
        """The name of the user, by which every service of Cairn knows who it is."""
        return f"{CALLOUT_USER}{self.principal.encoded()}"


def admission(checked: CheckedToken, user: str, accounts: Mapping[str, str], now: float) -> Admission:
    """Place the principal of a token that was accepted.

    Args:
        user: The user name that the client has given; it can do no more than choose an organisation.
        accounts: Each organisation's account.
        now: Seconds since 1970.

    Raises:
        Refused: the token expires in a moment or has a ceiling of scopes, the organisation is not named where there are
            several, is not the principal's or has no account, or no role of the principal's has to do with NATS.
    """
    expires = int(checked.expires)
    if expires - now <= KICK_BEFORE_SECONDS:
        raise Refused("access.token_expired")
    if not reaches_beyond_fhir(checked.principal.scopes):
        raise Refused("access.scope_missing", f"The token has scopes for FHIR; over NATS it needs the scope {API} too.")
    org = _organisation(checked.principal, user)
    account = accounts.get(org)
    if account is None:
        raise Refused("org.unknown", "The organisation has no account in the file of CAIRN_NATS_PRINCIPALS.")
    principal = checked.principal.model_copy(update={"orgs": frozenset({org}), "expires": expires})
    allowed = permissions(principal, org)
    if allowed is None:
        raise Refused("access.denied", "No role of the token has to do with NATS.")
    return Admission(principal, account, allowed, expires)


def _organisation(principal: Principal, user: str) -> str:
    """The organisation in which a client wants to be."""
    if not user and len(principal.orgs) == 1:
        return next(iter(principal.orgs))
    org = user.removeprefix(ORGANISATION)
    if not user.startswith(ORGANISATION) or org not in principal.orgs:
        raise Refused("access.denied", "The client's user name must be org.ORG, with an organisation of the token's.")
    return org
