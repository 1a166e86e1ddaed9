"""`cairn notary rotate`: sign with a new key, under the same name of the log."""

from datetime import UTC, datetime

import click

from services.cli.notary_folders import stream_option, the_stream
from services.cli.running import make_files_for_the_owner_alone


@click.command()
@stream_option
@click.option("--finish", is_flag=True, help="Sign with the new key alone, and delete the old one.")
def rotate(stream: str | None, finish: bool) -> None:
    """Make a new key for checkpoints. Both keys sign until --finish, so that everybody has time to learn the new one.

    A key that somebody else may know is not rotated: begin a new generation with `cairn notary succeed`.
    """
    from services.cli.configuration import load_settings
    from services.notary.founding import new_key
    from services.notary.places import notary_folder

    make_files_for_the_owner_alone()
    settings = load_settings()
    folder = notary_folder(settings, the_stream(settings, stream))
    folder.identity()  # where there is none, this says how to make one
    try:
        with folder.locked():
            identity = folder.identity()
            generation = folder.generation(identity)
            if finish:
                retired = generation.finish_rotation(datetime.now(UTC))
                click.echo(
                    f"Signs no more: {retired.verifier}\nIts private half is deleted. The list of keys keeps it."
                )
                return
            key = new_key(identity.origin)
            generation.begin_rotation(key)
    except OSError as error:
        raise click.ClickException(f"The notary's keys cannot be written: {error.strerror}.") from None
    click.echo(
        f"New key of checkpoints: {key.verifier}\n\nBoth keys sign from now on. What to do next:\n"
        f"  1. Keep a copy of the new private key ({generation.folder}) where the old one's is.\n"
        "  2. Give the new key to your witnesses, and to whoever has the old one in a policy.\n"
        "  3. Once all of them have it: cairn notary rotate --finish."
    )
