"""`cairn notary resume`: let a notary sign on that has stopped, once all is again as it was signed."""

import asyncio
from datetime import UTC, datetime

import click

from services.cli.connection import connected
from services.cli.notary_folders import stream_option, the_stream
from services.cli.parameters import nats_url_option, operator_option
from services.cli.running import make_files_for_the_owner_alone


@click.command()
@click.option("--reason", required=True, help="What the mistake was. It is kept for ever: no patient's words.")
@operator_option
@stream_option
@nats_url_option
def resume(reason: str, by: str, stream: str | None, nats_url: str | None) -> None:
    """Let a notary sign on that has stopped, after what was put back wrongly is put right.

    Reads the whole log again, which has to come to the root that was signed last, and asks the witnesses what they
    have cosigned. Where anything still contradicts what was signed, nothing is changed. A notary that runs goes on by
    itself.
    """
    from services.notary.succession import check_words

    make_files_for_the_owner_alone()
    check_words(reason, by)
    asyncio.run(_resume(reason, by, stream, nats_url))


async def _resume(reason: str, by: str, stream: str | None, nats_url: str | None) -> None:
    from events.log import Log
    from services.cli.configuration import load_settings
    from services.notary.errors import Contradiction
    from services.notary.places import notary_folder, tree_folder
    from services.notary.resuming import check_agreement
    from services.notary.resuming import resume as sign_on
    from services.notary.service import make_client
    from services.notary.wording import leaves

    settings = load_settings()
    stream = the_stream(settings, stream)
    folder = notary_folder(settings, stream)
    identity = folder.identity()
    async with connected(nats_url) as nc:
        log = Log(nc, stream)
        try:
            last = await check_agreement(log, folder, tree_folder(settings, identity), make_client, datetime.now(UTC))
        except Contradiction as found:
            raise click.ClickException(
                f"{identity.origin} cannot be signed on: {found}. Nothing was changed; docs/proof.md says what to do."
            ) from None
        finally:
            await log.close()
    stopped = sign_on(folder, reason, by, datetime.now(UTC))
    click.echo(
        f"{identity.origin} is signed on. It had stopped at {stopped.at:%Y-%m-%dT%H:%M:%SZ}:"
        f" {stopped.reason}.\nThe log has come to the root of the {leaves(last.size)} that were signed last."
    )
