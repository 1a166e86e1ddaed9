"""Which account of nats-server is an organisation's: only these may ever get a user from the callout."""

from collections.abc import Mapping

from events.errors import CairnError
from services.access.nats_users import NatsUsers

RESERVED = frozenset(
    {"LOG", "INTAKE", "REMINDERS", "ACCESS", "OPERATORS", "CAIRN", "AUTH", "SYSTEM", "SYS", "$SYS", "$G"}
)
"""The accounts of the house in deploy/nats, and those that nats-server makes by itself: never an organisation's."""


class BadAccounts(CairnError):
    """The file of `CAIRN_NATS_PRINCIPALS` does not say clearly which account is whose."""


def accounts_of(users: NatsUsers) -> Mapping[str, str]:
    """Each organisation, and the name of its account.

    Raises:
        BadAccounts: an organisation has two accounts, or none has any, or an account of the house has one.
    """
    found: dict[str, str] = {}
    for account, org in users.organisations.items():
        if account in RESERVED:
            raise BadAccounts(f"CAIRN_NATS_PRINCIPALS: the account {account} is the house's, and no organisation's.")
        if org in found:
            raise BadAccounts(f"CAIRN_NATS_PRINCIPALS: the organisation {org} has two accounts; it must have one.")
        found[org] = account
    if not found:
        raise BadAccounts("CAIRN_NATS_PRINCIPALS names no account with an organisation, so nobody could be admitted.")
    return found
