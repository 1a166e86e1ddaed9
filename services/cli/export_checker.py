"""`cairn export checker`: the program that checks exported histories, for whoever is to check one."""

from pathlib import Path

import click

from services.cli.new_file import STDOUT, Output, output_options
from services.cli.resource_file import opened


@click.command()
@output_options("FILE|-", default=STDOUT, show_default=True)
def checker(output: Output) -> None:
    """Write verify_history.py, one file that needs Python, the package `cryptography`, and nothing of Cairn's.

    It lies in each exported folder as well. But whoever is handed a folder and a program by the same hand has two
    things to believe; the program is best taken from here, or from Cairn's source.
    """
    from services.notary.history_export import CHECKER

    with opened(output) as target:
        target.write(Path(CHECKER).read_text(encoding="utf-8"))
