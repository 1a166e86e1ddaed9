"""`cairn notary rotate`: sign with a new key, under the same name of the log."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from services.cli.notary_folders import stream_option, the_stream
from services.cli.parameters import operator_option
from services.cli.running import make_files_for_the_owner_alone

if TYPE_CHECKING:
    from services.notary.generations import Generation
    from services.notary.identity import Identity, NotaryFolder
    from services.settings import Settings


@click.command()
@operator_option
@stream_option
@click.option("--finish", is_flag=True, help="Sign with the new key alone, and delete the old one.")
@click.option("--force", is_flag=True, help="With --finish: although too few witnesses accept the new key.")
def rotate(by: str, stream: str | None, finish: bool, force: bool) -> None:
    """Make a new key for checkpoints. Both keys sign until --finish, so that everybody has time to learn the new one.

    --finish asks each witness of the policy whether it accepts the new key alone, and is refused where too few do: from
    then on nothing could be published.

    A key that somebody else may know is not rotated: begin a new generation with `cairn notary succeed`.
    """
    from services.cli.configuration import load_settings
    from services.notary.acts import check_acts, note_rotation
    from services.notary.founding import new_key
    from services.notary.places import notary_folder

    if force and not finish:
        raise click.UsageError("--force goes with --finish.")
    make_files_for_the_owner_alone()
    settings = load_settings()
    folder = notary_folder(settings, the_stream(settings, stream))
    identity = folder.identity()  # where there is none, this says how to make one
    try:
        if finish and not force:  # not while the folder is locked: nothing is signed then
            asyncio.run(_check_taken_up(settings, folder, identity, folder.generation(identity)))
        with folder.locked():
            identity = folder.identity()
            generation = folder.generation(identity)
            check_acts(folder)
            if finish:
                now = datetime.now(UTC)
                retired = generation.finish_rotation(now)
                note_rotation(folder, generation, "rotation_finished", by, now)
                click.echo(
                    f"Signs no more: {retired.verifier}\nIts private half is deleted. The list of keys keeps it."
                )
                return
            key = new_key(identity.origin)
            generation.begin_rotation(key)
            note_rotation(folder, generation, "rotation_begun", by, datetime.now(UTC))
    except OSError as error:
        raise click.ClickException(f"The notary's keys cannot be written: {error.strerror}.") from None
    click.echo(
        f"New key of checkpoints: {key.verifier}\n\nBoth keys sign from now on: the notary takes it up within"
        " seconds, if it runs. What to do next:\n"
        f"  1. Keep a copy of the new private key ({generation.folder}) where the old one's is.\n"
        "  2. Give the new key to your witnesses, and to whoever has the old one in a policy.\n"
        "  3. Once all of them have it: cairn notary rotate --finish."
    )


async def _check_taken_up(
    settings: "Settings", folder: "NotaryFolder", identity: "Identity", generation: "Generation"
) -> None:
    from services.notary.places import tree_folder
    from services.notary.rotating import check_taken_up
    from services.notary.service import make_client
    from services.notary.succession import newest_checkpoint
    from services.notary.trust import read_policy, whole_policy

    keys = generation.keys()
    if len(keys) == 1:
        return  # no rotation has begun, which is said by who finishes it
    policy = read_policy(whole_policy(folder.policy(), [each.verifier for each in keys]))
    published = newest_checkpoint(tree_folder(settings, identity), generation)
    await check_taken_up(published, keys[0], policy, make_client)
