"""The auth callout as a service: `$SYS.REQ.USER.AUTH` in the account AUTH, and kicks in the system account."""

from collections.abc import Callable
from contextlib import AsyncExitStack

from events.errors import CairnError
from events.log import connect
from events.log.client.connection import flush
from services.access.callout.accounts import read_accounts
from services.access.callout.answering import MAX_QUESTIONS_AT_ONCE, Answering
from services.access.callout.connections import Connections
from services.access.callout.ending import Ending
from services.access.callout.keys import read_keys
from services.access.callout.servers import Servers
from services.access.callout.tokens import Tokens
from services.goals.broker import Broker
from services.settings import Settings

QUESTIONS = "$SYS.REQ.USER.AUTH"
_QUEUE = "auth"


class NotSetUp(CairnError):
    """A setting is missing without which nobody can be admitted."""


async def serve(settings: Settings, ready: Callable[[str], None], tokens: Tokens) -> None:
    """Answer servers' questions until cancelled; those that were taken are answered first.

    Args:
        tokens: Finds out whose a token is.

    Raises:
        NotSetUp: a setting is missing.
        BadKeyFile, BadAccounts: a file cannot be used.
        NotReachable, NotAdmitted: NATS cannot be reached as the user of `nats_url` or of `nats_system_url`.
    """
    if settings.nats_principals is None or settings.nats_system_url is None:
        raise NotSetUp("The auth callout needs CAIRN_NATS_PRINCIPALS and CAIRN_NATS_SYSTEM_URL (docs/nats_users.md).")
    keys, accounts = read_keys(settings.callout_keys_file), read_accounts(settings.nats_principals)
    async with AsyncExitStack() as closing:
        system = await connect(settings.nats_system_url, name="cairn-auth-system")
        closing.push_async_callback(system.close)
        connections = Connections()
        ending = Ending(connections, Servers(system), tokens)
        await ending.look()
        broker = Broker(settings.nats_address, name="cairn-auth", dropped=_give_up)
        closing.push_async_callback(broker.stop)
        nc = await broker.connect()
        answering = Answering(tokens, accounts, keys, connections, nc.publish)
        closing.push_async_callback(answering.finish)
        broker.hear(QUESTIONS, _QUEUE, MAX_QUESTIONS_AT_ONCE, answering.take)
        await broker.start()
        await flush(nc)
        ready(f"auth: admitting users of {', '.join(sorted(accounts))}")
        await ending.run()


def _give_up(_: str) -> None:
    """Leave a question that was dropped without an answer: its server gives it up, and the client asks again."""
