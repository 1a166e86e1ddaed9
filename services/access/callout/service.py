"""The auth callout as a service, with a user in each of three accounts.

In AUTH it hears `$SYS.REQ.USER.AUTH`, in the system account it ends connections, and in the house it reads which tokens
were revoked.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from faststream.nats import NatsMessage
from nats.aio.msg import Msg

from events.errors import CairnError
from events.log import connect
from events.log.client.resilient import ResilientClient
from services.access.callout.accounts import accounts_of
from services.access.callout.answering import MAX_QUESTIONS_AT_ONCE, Answering
from services.access.callout.connections import Connections
from services.access.callout.ending import Ending
from services.access.callout.keys import read_keys
from services.access.callout.servers import Servers
from services.access.callout.tokens import Tokens
from services.access.nats_users import NatsUsers
from services.access.tokens.opening import open_authenticator
from services.messaging.broker import Broker, telling
from services.settings import Settings

QUESTIONS = "$SYS.REQ.USER.AUTH"
_QUEUE = "auth"
OpenTokens = Callable[[Settings, ResilientClient], AbstractAsyncContextManager[Tokens]]


class NotSetUp(CairnError):
    """A setting is missing or wrong without which the callout cannot do its work."""


async def serve(settings: Settings, ready: Callable[[str], None], open_tokens: OpenTokens = open_authenticator) -> None:
    """Answer servers' questions until cancelled; those that were taken are answered first.

    Args:
        open_tokens: Opens what checks tokens.

    Raises:
        NotSetUp: a setting is missing, or the user of `nats_system_url` is not in the system account.
        BadKeyFile, BadNatsUsers, BadAccounts: a file cannot be used.
        NotReachable, NotAdmitted: NATS cannot be reached as one of the three users.
    """
    asked, system_url, principals = settings.nats_auth_url, settings.nats_system_url, settings.nats_principals
    if asked is None or system_url is None or principals is None:
        raise NotSetUp(
            "The auth callout needs CAIRN_NATS_AUTH_URL, CAIRN_NATS_SYSTEM_URL and CAIRN_NATS_PRINCIPALS"
            " (deploy/README.md, “Many users”)."
        )
    keys, accounts = read_keys(settings.callout_keys_file), accounts_of(NatsUsers.read(principals))
    async with AsyncExitStack() as closing:
        house, auth, system = [
            await closing.enter_async_context(_connected(url, name, settings.log_api_prefix))
            for url, name in ((settings.nats_address, "tokens"), (asked, "answers"), (system_url, "system"))
        ]
        tokens = await closing.enter_async_context(open_tokens(settings, house))
        connections = Connections()
        servers = Servers(system)
        if not await servers.obey():
            raise NotSetUp("No server obeys the user of CAIRN_NATS_SYSTEM_URL; it must be one of the system account.")
        ending = Ending(connections, servers, tokens)
        await ending.look()
        answering = Answering(tokens, accounts, keys, connections, auth.publish)
        broker = Broker(auth)
        hear_questions(broker, answering.take)
        closing.push_async_callback(answering.finish)
        closing.push_async_callback(broker.stop)
        await broker.start()
        ready(f"auth: admitting users of {', '.join(sorted(accounts))}")
        await ending.run()


@asynccontextmanager
async def _connected(url: str, name: str, log_api: str) -> AsyncIterator[ResilientClient]:
    nc = await connect(url, name=f"cairn-auth-{name}", log_api=log_api, on_error=telling(_give_up))
    try:
        yield nc
    finally:
        await nc.close()


def hear_questions(broker: Broker, take: Callable[[Msg], None]) -> None:
    """Hear what servers ask about clients.

    Args:
        take: Answers a question in the background.
    """

    async def question(message: NatsMessage) -> None:
        take(message.raw_message)

    broker.subscriber(
        QUESTIONS,
        queue=_QUEUE,
        no_reply=True,
        pending_msgs_limit=MAX_QUESTIONS_AT_ONCE,
        decoder=_sealed,
        title="auth",
        description="A server asks who a client is that wants to connect.",
        include_in_schema=False,
    )(question)


async def _sealed(message: NatsMessage) -> bytes:
    """The body as it came: it may be sealed, and is never JSON."""
    return message.body


def _give_up(_: str) -> None:
    """Leave a question that was dropped without an answer: its server gives it up, and the client asks again."""
