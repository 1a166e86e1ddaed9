"""`cairn notary succeed`: begin a new generation of the log, after what was signed is lost for good."""

import asyncio
from datetime import UTC, datetime

import click

from services.cli.connection import connected
from services.cli.notary_folders import stream_option, tell_keys, the_stream
from services.cli.parameters import nats_url_option, operator_option
from services.cli.running import make_files_for_the_owner_alone


@click.command()
@click.option("--reason", required=True, help="What happened. It stays for ever and is public: no patient's words.")
@operator_option
@stream_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@nats_url_option
def succeed(reason: str, by: str, stream: str | None, yes: bool, nats_url: str | None) -> None:
    """End the present generation of the log's name with a signed note, and begin the next one with new keys.

    For when what was signed is lost for good, or its key is known to somebody else. The old tiles stay. If a newer
    copy of the log or of the notary's folder can be put back, do that instead: this cannot be undone.
    """
    from services.cli.configuration import load_settings
    from services.notary.places import notary_folder
    from services.notary.succession import check_words

    make_files_for_the_owner_alone()
    check_words(reason, by)
    settings = load_settings()
    stream = the_stream(settings, stream)
    identity = notary_folder(settings, stream).identity()
    if not yes:
        click.confirm(f"End {identity.origin} for ever, and begin the next generation?", abort=True)
    asyncio.run(_succeed(reason, by, stream, nats_url))


async def _succeed(reason: str, by: str, stream: str, nats_url: str | None) -> None:
    from events.log import Log
    from services.cli.configuration import load_settings
    from services.notary.places import notary_folder, tree_folder
    from services.notary.succession import Succession, newest_checkpoint, size_of_agreement, succeed
    from services.notary.wording import leaves

    settings = load_settings()
    folder = notary_folder(settings, stream)
    identity = folder.identity()
    tree = tree_folder(settings, identity)
    async with connected(nats_url) as nc:
        log = Log(nc, stream)
        try:
            agree = await size_of_agreement(log, tree, folder.generation(identity))
        finally:
            await log.close()
    checkpoint = newest_checkpoint(tree, folder.generation(identity))
    founded = succeed(folder, Succession(reason, by, agree, checkpoint), datetime.now(UTC))
    click.echo(f"{identity.origin} has ended; up to {leaves(agree)} it is the same as the log is now.")
    tell_keys(founded)
    click.echo(
        "\nWhat to do next: keep a copy of the new private keys, and give the new keys to your witnesses and to whoever"
        " has the old ones in a policy. The notary goes on by itself; nothing is published before enough witnesses"
        " trust the new key of checkpoints. Once they do: cairn notary status --ask-witnesses."
    )
