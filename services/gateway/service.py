"""The gateway as a service: one process, one HTTP address, one connection to NATS."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from events.log import connect
from events.log.client.resilient import ResilientClient
from projections.engine.database import open_database
from services.access.authentication import Authenticator
from services.access.principal import everyone_of
from services.access.tokens.opening import open_authenticator
from services.gateway.app import create_app
from services.gateway.edge.host_names import allowed_hosts
from services.gateway.gateway import open_gateway
from services.gateway.public_address import read_networks
from services.gateway.reads_over_nats import ReadsOverNats
from services.gateway.signing_in import signing_in_by
from services.http_serving import address_of, listen, serve_http
from services.settings import Settings

OpenAuthenticator = Callable[[Settings, ResilientClient], AbstractAsyncContextManager[Authenticator]]


async def serve(
    settings: Settings, ready: Callable[[str], None], authenticators: OpenAuthenticator = open_authenticator
) -> None:
    """Serve HTTP, and reads over NATS, until cancelled; then let open answers end and close down.

    Args:
        authenticators: Opens what finds out whose a token is.

    Raises:
        HostsUnknown: when other machines reach the address, and nothing says under which names.
        AddressTaken: when the HTTP address cannot be listened on.
        NotReachable: when no NATS server answers at first.
    """
    hosts = allowed_hosts(settings.http_host, settings.http_hosts, settings.public_url)
    with listen(settings.http_host, settings.http_port, service="The gateway", setting="CAIRN_HTTP_PORT") as listener:
        nc = await connect(settings.nats_address, name="cairn gateway", log_api=settings.log_api_prefix)
        engine = open_database(settings.database_address)
        try:
            opened = open_gateway(
                nc,
                engine,
                placement=settings.placement,
                ready_lag_seconds=settings.ready_lag_seconds,
                public_url=settings.public_url,
                access_records=settings.access_records,
            )
            async with opened as gateway, authenticators(settings, nc) as authenticator:
                proxies = read_networks(settings.trusted_proxies)
                app = create_app(
                    gateway,
                    authenticator,
                    hosts=hosts,
                    trusted_proxies=proxies,
                    issuer_metadata=authenticator.issuer_metadata,
                    signing_in=signing_in_by(settings, nc, authenticator),
                )
                async with ReadsOverNats(
                    app, nc, None if settings.nats_principals else everyone_of(frozenset(), "node")
                ).answering():
                    await serve_http(
                        app,
                        listener,
                        begun=lambda: ready(f"gateway: serving {address_of(listener)}"),
                        ending=gateway.closing.set,
                    )
        finally:
            engine.dispose()
            await nc.close()
