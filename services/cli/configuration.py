"""Settings for commands. A sentence names each setting that is wrong."""

from typing import Any

import click
from pydantic import ValidationError

from events.wrong_values import wrong_values
from services.settings import Settings


def load_settings(**given: Any) -> Settings:  # the fields of Settings, which checks them
    """The settings. What the command line gives counts more than what the environment says.

    Raises:
        click.UsageError: a setting has no usable value.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(
            ": ".join(filter(None, (each.field, each.sentence.rstrip(".")))) for each in wrong_values(error)
        )
        raise click.UsageError(
            f"A setting is not right ({wrong}). Correct its option or its CAIRN_ variable."
        ) from None
