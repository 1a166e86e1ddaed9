"""The `cairn` command: one thin module for each of its commands, imported only when that command is run."""

from services.cli.command import cairn, main

__all__ = ["cairn", "main"]
