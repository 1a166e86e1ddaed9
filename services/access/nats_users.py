"""Who the users of nats-server are: a TOML file that names accounts and users, and what each user may do in Cairn.

    [accounts.NORTHSIDE]
    organisation = "northside"          # whom the auth callout may put into this account

    [accounts.NORTHSIDE.users.northside]
    roles = ["system"]
    speaks_for = ["patient", "clinician", "supervisor", "family", "system"]

nats-server says which account and which user a message comes from, where the import of its subject has `share: true`.
A user of the auth callout is named `principal.` and the encoded principal. The name of a user alone says nothing,
because every account can have a user of that name: account and user are always looked up together.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from events.errors import CairnError
from events.identity import TOKEN
from events.vocabulary import ActorRole
from events.wrong_values import wrong_values
from services.access.policy import Denied
from services.access.principal import BadPrincipal, Kind, Principal, Role, principal_of

CALLOUT_USER = "principal."
"""How the name of a user begins that the auth callout has made; the encoded principal follows."""

Organisation = Annotated[str, Field(pattern=f"^{TOKEN.pattern}$")]


class BadNatsUsers(CairnError):
    """The file of `CAIRN_NATS_PRINCIPALS` cannot be used."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NatsUser(_Strict):
    """A user of nats-server's configuration.

    Attributes:
        id: The id that is recorded as `submittedby`; without it, account and user: `NORTHSIDE/northside`.
        kind, roles, patient, speaks_for, words: As of a :class:`Principal`.
        orgs: Its organisations; without them, the one of its account.
    """

    id: str | None = Field(None, min_length=1, max_length=200)
    kind: Kind = "system"
    roles: frozenset[Role]
    orgs: frozenset[Organisation] = frozenset()
    patient: str | None = None
    speaks_for: frozenset[ActorRole] = frozenset()
    words: bool = True


class NatsAccount(_Strict):
    """An account of nats-server's configuration.

    Attributes:
        organisation: Whose account it is; without one, it is the house's own, and the auth callout puts nobody there.
        users: Its users that the configuration names, by their names.
    """

    organisation: Organisation | None = None
    users: Mapping[str, NatsUser] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_its_organisation(self) -> Self:
        for name, user in self.users.items():
            if name.startswith(CALLOUT_USER):
                raise PydanticCustomError("callout_user", "a user's name must not begin with principal.")
            if self.organisation is not None and user.orgs - {self.organisation}:
                raise PydanticCustomError("other_organisation", "a user of an organisation's account has no other orgs")
        return self


class _File(_Strict):
    accounts: Mapping[str, NatsAccount]


class NatsUsers:
    """The principals of the users of nats-server.

    Args:
        accounts: The accounts by their names.
    """

    def __init__(self, accounts: Mapping[str, NatsAccount]):
        self._organisations = {name: account.organisation for name, account in accounts.items()}
        self._principals = {
            (account_name, name): _principal(account_name, account, name, user)
            for account_name, account in accounts.items()
            for name, user in account.users.items()
        }

    @classmethod
    def read(cls, path: Path) -> "NatsUsers":
        """The users that a TOML file names.

        Raises:
            BadNatsUsers: the file cannot be read, or something in it is not right.
        """
        try:
            return cls(_File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).accounts)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise BadNatsUsers(f"CAIRN_NATS_PRINCIPALS: {path} cannot be read as TOML: {error}.") from None
        except ValidationError as error:
            first = wrong_values(error)[0]
            raise BadNatsUsers(
                f"CAIRN_NATS_PRINCIPALS: {path} is not right at {first.field}. {first.sentence}"
            ) from None

    @property
    def organisations(self) -> Mapping[str, str]:
        """Whose each account is; those of the house are left out."""
        return {account: org for account, org in self._organisations.items() if org is not None}

    def principal(self, account: str, user: str) -> Principal:
        """The principal of a user in an account.

        Raises:
            Denied: nobody is known by this account and this user together.
        """
        if not user.startswith(CALLOUT_USER):
            known = self._principals.get((account, user))
            if known is None:
                raise Denied("Cairn does not know this user of the NATS server.")
            return known
        organisation = self._organisations.get(account)
        try:
            principal = principal_of(user.removeprefix(CALLOUT_USER))
        except BadPrincipal:
            raise Denied("Cairn does not know this user of the NATS server.") from None
        if organisation is None or organisation not in principal.orgs:
            raise Denied("This user of the NATS server does not belong to the organisation of its account.")
        # Whoever belongs to several organisations speaks through this account for this one alone.
        return principal.model_copy(update={"orgs": frozenset({organisation})})


def _principal(account_name: str, account: NatsAccount, name: str, user: NatsUser) -> Principal:
    own = frozenset() if account.organisation is None else frozenset({account.organisation})
    return Principal(
        id=user.id or f"{account_name}/{name}",
        kind=user.kind,
        roles=user.roles,
        orgs=user.orgs or own,
        patient=user.patient,
        speaks_for=user.speaks_for,
        words=user.words,
    )
