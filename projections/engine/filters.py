"""What the filters of lists have in common: a filter is a value that HTTP parameters inherit and queries take."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


def _without_null_character(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("control_character", "It must not contain a null character")
    return value


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""Between which days lists are asked for; weeks before and behind a day have to be days, too."""
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
PersonId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_null_character)]
SearchText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_null_character)]


class Filter(BaseModel):
    """Which rows a list has. A row has to meet every field that is not None."""

    model_config = ConfigDict(extra="forbid", frozen=True)
