"""What is wrong with values, in Cairn's own sentences.

Pydantic finds it, and says it in words of its own, for whoever programs with it: “Input should be …”, “unable to parse
string as an integer”. Whoever is refused need not know pydantic, whose next version may say it otherwise.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from events.identity import TOKEN

_ID = "It must be 1 to 64 letters, digits, hyphens or underscores."
_INSTANT = "It must be an instant with an offset, such as 2026-01-31T09:30:00Z."
_DAY = "It must be a day that there is, such as 2026-01-31."
_TIME = "It must be a time of day, such as 09:30."
_DURATION = "It must be a length of time."
_LIST = "It must be a list."
_OBJECT = "It must be a JSON object."
_NUMBER = "It must be a number."
_WHOLE = "It must be a whole number."
_TRUTH = "It must be true or false."
_TEXT = "It must be a text."
_LONG = "It must have at most {} characters."
_SHORT = "It must have at least {} characters."
_ADDRESS = "It must be an address, such as https://example.org."
_OTHERWISE = "It is not what belongs here."

_BY_KIND: Mapping[str, str] = {
    "missing": "It is missing.",
    # The name is the sender's own text: a field, and no sentence, repeats it.
    "extra_forbidden": "Cairn knows no field of this name here.",
    "none_required": "It must be null, or left out.",
    "json_invalid": "It is not JSON that Cairn can read.",
    "json_type": "It is not JSON that Cairn can read.",
    "greater_than": "It must be more than {gt}.",
    "greater_than_equal": "It must be {ge} or more.",
    "less_than": "It must be less than {lt}.",
    "less_than_equal": "It must be {le} or less.",
    "multiple_of": "It must be a multiple of {multiple_of}.",
    "finite_number": "It must be a finite number.",
    "int_parsing_size": "It is a number with too many digits.",
    "decimal_max_digits": "It must have at most {max_digits} digits.",
    "decimal_max_places": "It must have at most {decimal_places} digits behind the point.",
    "decimal_whole_digits": "It must have at most {whole_digits} digits before the point.",
    "too_short": "It must have at least {min_length} items.",
    "too_long": "It must have at most {max_length} items.",
    "string_unicode": "It is not Unicode.",
    "string_too_short": _SHORT.format("{min_length}"),
    "string_too_long": _LONG.format("{max_length}"),
    "string_pattern_mismatch": "It must match the pattern {pattern}.",
    "string_not_ascii": "It must be ASCII.",
    "bytes_too_short": "It must have at least {min_length} bytes.",
    "bytes_too_long": "It must have at most {max_length} bytes.",
    "bytes_invalid_encoding": "It is not encoded in {encoding}.",
    "enum": "It must be {expected}.",
    "literal_error": "It must be {expected}.",
    "date_past": "It must be a day that has been.",
    "date_future": "It must be a day that is to come.",
    "datetime_past": "It must be an instant that has been.",
    "datetime_future": "It must be an instant that is to come.",
    "union_tag_invalid": "Its field {discriminator} must be one of {expected_tags}.",
    "union_tag_not_found": "Its field {discriminator}, which says what it is, is missing.",
    "url_too_long": _LONG.format("{max_length}"),
    "url_scheme": "It must be an address that begins with one of {expected_schemes}.",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _TRUTH),
    **dict.fromkeys(("string_type", "bytes_type"), _TEXT),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
    **dict.fromkeys(("time_type", "time_parsing"), _TIME),
    **dict.fromkeys(("time_delta_type", "time_delta_parsing"), _DURATION),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_object_invalid", "datetime_from_date_parsing"), _INSTANT
    ),
    **dict.fromkeys(("timezone_naive", "timezone_aware", "timezone_offset"), _INSTANT),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"), _LIST),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), _OBJECT),
    **dict.fromkeys(("url_type", "url_parsing", "url_syntax_violation"), _ADDRESS),
}
"""The sentence of each kind of pydantic's that a model of Cairn's may meet, with what pydantic tells beside it."""
_OF_DAYS: Mapping[str, str] = {
    "greater_than": "It must be later than {gt}.",
    "greater_than_equal": "It must be {ge} or later.",
    "less_than": "It must be earlier than {lt}.",
    "less_than_equal": "It must be {le} or earlier.",
}
"""The sentences of those kinds whose limit is a day, an instant or a time of day."""
_DAY_OR_TIME = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:")
_ONE = re.compile(r"\b1 (item|character|digit|byte)s")
_PYDANTICS = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
"""The kinds of which pydantic itself has the words; the words of any other kind are of the code that raised it."""


class WrongValue(NamedTuple):
    """A value that does not fit.

    Attributes:
        where: The way to it, by the names of fields and the numbers of items; for a union also what pydantic tried.
        kind: Pydantic's name for what is wrong, or Cairn's own.
        sentence: What is wrong. It repeats nothing of the value, which may be a patient's text.
    """

    where: tuple[int | str, ...]
    kind: str
    sentence: str

    @property
    def field(self) -> str:
        """The way to it as one name, such as `smart.measure.target`; empty for the whole."""
        return ".".join(map(str, self.where))


def wrong_values(error: ValidationError) -> Sequence[WrongValue]:
    """What pydantic found, in its order."""
    found = error.errors(include_url=False, include_input=False)
    sentences = (sentence_of(each["type"], each["msg"], each.get("ctx", {})) for each in found)
    return [WrongValue(each["loc"], each["type"], sentence) for each, sentence in zip(found, sentences, strict=True)]


def end_of_json(error: ValueError) -> str:
    """Where pydantic's parser came to what is no JSON: `line 1 column 6`, without its word for it."""
    return str(error).rpartition(" at ")[2]


def sentence_of(kind: str, message: str, context: Mapping[str, Any]) -> str:  # Any: limits, patterns, names
    """What is wrong, in a sentence.

    Args:
        kind: Pydantic's name for it, or Cairn's own.
        message: How pydantic, or the validator of Cairn's that refused the value, says it.
        context: What pydantic tells beside it.
    """
    if kind not in _PYDANTICS:
        message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ").strip()
        return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")
    if kind == "string_pattern_mismatch" and context["pattern"] == f"^{TOKEN.pattern}$":
        return _ID
    said = _BY_KIND.get(kind, _OTHERWISE)
    # Numbers stay numbers, and lengths of time are `2 hours`.
    if kind in _OF_DAYS and all(_DAY_OR_TIME.match(str(limit)) for limit in context.values()):
        said = _OF_DAYS[kind]
    return _ONE.sub(r"1 \1", said.format_map(context))
