"""What the notary remembers in small files of JSON, each replaced whole."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.notary.durable_files import replace_file
from services.notary.errors import NotaryUnusable

Model = TypeVar("Model", bound=BaseModel)
_WITHOUT_MEMORY = (
    "Without it nobody knows what was signed: put it back from where a copy is kept, or begin a new generation: cairn"
    " notary succeed."
)


def keep(file: Path, model: BaseModel) -> None:
    """Put a model in the place of what a file holds, and return when it is on the disk.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    replace_file(file, model.model_dump_json(indent=2).encode() + b"\n")


def kept(file: Path, model: type[Model], remedy: str = _WITHOUT_MEMORY) -> Model | None:
    """What a file holds; None where there is no file.

    Args:
        remedy: What is said of a file that cannot be read: what it is for, and what to do.

    Raises:
        NotaryUnusable: the file is damaged, or cannot be read.
    """
    try:
        return model.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise NotaryUnusable(f"{file} cannot be read ({type(error).__name__}). {remedy}") from None
