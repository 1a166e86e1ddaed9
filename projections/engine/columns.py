"""Column types that mean the same on every database."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import TIMESTAMP, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

_IN_UTC_LENGTH = len('"2026-03-01T12:00:00.000001Z"')
"""In JSON, of an instant in UTC with a fraction of a second. No other instant is as long."""


class Instant(TypeDecorator[datetime]):
    """An instant with its offset: `timestamptz` on PostgreSQL, RFC 3339 text in UTC that sorts by time on SQLite."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:  # Any: each dialect has a type of its own
        """The type on the database at hand."""
        kind = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else String(32)
        return dialect.type_descriptor(kind)

    @property
    def python_type(self) -> type[datetime]:
        """What its values are in Python."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """To the database."""
        if value is None or dialect.name == "postgresql":
            return value
        return self.as_text(value)

    @staticmethod
    def as_text(value: datetime) -> str:
        """As SQLite keeps it."""
        in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return in_utc.isoformat(timespec="microseconds")

    @classmethod
    def as_texts(cls, values: Sequence[datetime | None]) -> list[str | None]:
        """Many of them as SQLite keeps them, in half the time: most are in UTC, and JSON writes those nearly alike."""
        written = to_json(values)[1:-1].decode().split(",") if values else ()
        return [
            f"{text[1:-2]}+00:00" if len(text) == _IN_UTC_LENGTH else None if value is None else cls.as_text(value)
            for text, value in zip(written, values, strict=True)
        ]

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
