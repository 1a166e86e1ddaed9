"""`cairn notary init`: make the notary of a stream of the log."""

from datetime import UTC, datetime

import click

from services.cli.notary_folders import stream_option, tell_keys, the_stream
from services.cli.parameters import operator_option
from services.cli.running import make_files_for_the_owner_alone


@click.command()
@click.option("--domain", required=True, help="A domain that you own, such as records.clinic.example.")
@operator_option
@stream_option
def init(domain: str, by: str, stream: str | None) -> None:
    """Make the notary: the name of the log, which stays for ever, and the keys that sign for it. Once.

    They are in CAIRN_NOTARY_DIR, outside the data folder.
    """
    from services.cli.configuration import load_settings
    from services.notary.founding import found
    from services.notary.identity import POLICY_FILE
    from services.notary.places import check_not_lost, notary_folder

    make_files_for_the_owner_alone()
    settings = load_settings()
    stream = the_stream(settings, stream)
    folder = notary_folder(settings, stream)
    check_not_lost(settings, stream)
    founded = found(folder, domain, stream, datetime.now(UTC), by)
    tell_keys(founded)
    click.echo(
        f"The private keys are in {folder.folder}.\n\nWhat to do next:\n"
        "  1. Keep a copy of the private keys somewhere safe, away from this machine and from its backups.\n"
        "  2. Give the key of checkpoints to your witnesses, and write theirs into"
        f" {folder.folder / POLICY_FILE}.\n"
        "  3. Hand out both keys where people can find them without asking this machine: they are what proofs are"
        " checked by.\n"
        "  4. Run it: cairn serve notary. Where cairn up runs, start that again."
    )
