"""Settings for commands: what is wrong in the environment is said in a sentence."""

from typing import Any

import click
from pydantic import ValidationError

from services.settings import Settings


def load_settings(**given: Any) -> Settings:  # the fields of Settings, which checks them
    """The settings, with what the command line gives above what the environment says.

    Raises:
        click.UsageError: a setting has no usable value.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors(include_url=False)
        )
        raise click.UsageError(
            f"A setting is not right ({wrong}). Look at its option or its CAIRN_ variable."
        ) from None
