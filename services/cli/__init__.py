"""The `cairn` command: one thin module for each of its commands, imported only when that command is run."""

from services.cli.own_packages import check_packages

check_packages()  # before anything else is imported from them

from services.cli.command import cairn, main  # noqa: E402 - see above

__all__ = ["cairn", "main"]
