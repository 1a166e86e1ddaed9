"""Earlier digests of the log, from files that operators kept: a backup's manifest, or what a verification printed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

if TYPE_CHECKING:
    from events.log.digest import EarlierDigest

_MAX_FILE_BYTES = 16 * 1024 * 1024


class _Kept(BaseModel):
    """The digest of one stream in such a file. The file's other fields are not read."""

    model_config = ConfigDict(extra="ignore")

    stream: str
    position: int = Field(ge=0)
    digest: str = Field(pattern=r"^([0-9a-f]{64})?$")
    digest_version: str = Field("v1", pattern=r"^v[12]$")


_KEPT = TypeAdapter(_Kept)


def read_earlier(file: Path) -> "dict[str, EarlierDigest]":
    """The earlier digests in a file, by stream.

    Raises:
        click.ClickException: the file holds no digest.
    """
    from events.log.digest import EarlierDigest

    try:
        if file.stat().st_size > _MAX_FILE_BYTES:
            raise ValueError("too large")
        text = file.read_text(encoding="utf-8")
        kept = _read(text)
    except (OSError, ValueError):
        raise click.ClickException(
            f"{file} holds no digest of the log: it is neither the manifest.json of a backup nor what"
            " `cairn log verify --json` printed."
        ) from None
    return {
        each.stream: EarlierDigest(each.position, each.digest, "v1" if each.digest_version == "v1" else "v2")
        for each in kept
    }


def _read(text: str) -> list[_Kept]:
    try:
        return [_KEPT.validate_json(text)]
    except ValidationError:
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            raise
        return [_KEPT.validate_json(line) for line in lines]
