"""`python -m services.cli` is `cairn`."""

from services.cli import main

main()
