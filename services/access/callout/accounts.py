"""Which account of nats-server is an organisation's: only these may ever get a user from the callout."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from events.errors import CairnError
from events.identity import is_token

RESERVED = frozenset({"LOG", "CAIRN", "ACCESS", "AUTH", "SYSTEM", "SYS", "$SYS", "$G"})
"""The accounts of the house in deploy/nats, and those that nats-server makes by itself: never an organisation's."""


class BadAccounts(CairnError):
    """The file of `CAIRN_NATS_PRINCIPALS` does not say which account is whose."""


class _Account(BaseModel):
    organisation: str | None = None


class _File(BaseModel):
    accounts: dict[str, _Account] = Field(default_factory=dict)


def read_accounts(path: Path) -> Mapping[str, str]:
    """Each organisation, and the name of its account, as a TOML file has them: `[accounts.NAME] organisation = "…"`.

    Raises:
        BadAccounts: it cannot be read, an organisation has two accounts or none has any, or an account of the house
            has one.
    """
    try:
        accounts = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).accounts
    except (OSError, ValueError, ValidationError) as error:
        raise BadAccounts(f"CAIRN_NATS_PRINCIPALS: {path} cannot be read: {type(error).__name__}.") from None
    found: dict[str, str] = {}
    for name, account in accounts.items():
        org = account.organisation
        if org is None:
            continue
        if name in RESERVED:
            raise BadAccounts(f"The account {name} is Cairn's own or the server's, and no organisation's.")
        if org in found or not is_token(org):
            raise BadAccounts(f"The organisation of the account {name} has another account too, or is no id.")
        found[org] = name
    if not found:
        raise BadAccounts(f"CAIRN_NATS_PRINCIPALS: {path} names no account of an organisation.")
    return found
