"""Which readings of a patient's data are listed: HTTP parameters inherit it, and the query takes it."""

from datetime import datetime

from pydantic import Field

from projections.engine.filters import Filter, PersonId


class AccessFilter(Filter):
    """Which readings."""

    since: datetime | None = Field(None, description="Told at or after this instant.")
    until: datetime | None = Field(None, description="Told before this instant.")
    reader: PersonId | None = Field(None, description="Only readings of this principal.")
