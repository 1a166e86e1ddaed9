"""The catalog of event types: the class of each name, upcasts of older versions, and JSON Schemas."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from events.errors import FieldError, Rejected
from events.goal.types import GOAL_EVENTS
from events.identity import PLAN
from events.payload import RECORDED, Payload
from events.plan.types import PLAN_EVENTS, PlanPayload
from events.vocabulary import SUBMITTED
from events.wrong_values import end_of_json, wrong_values

Json = dict[str, Any]  # a JSON object, before its schema has been looked at
Upcast = Callable[[Json], Json]

TYPES: Mapping[str, type[Payload]] = {payload.type_name: payload for payload in (*PLAN_EVENTS, *GOAL_EVENTS)}
"""Every current event type by its name."""

_OF_PLANS = frozenset(payload.type_name for payload in PLAN_EVENTS)
_OF_OPERATORS = frozenset(name for name in TYPES if name.endswith(".voided.v1"))
"""Types that cannot be submitted, and so are not suggested."""

UPCASTS: dict[str, tuple[str, Upcast]] = {}
"""Older type name → (the next newer name, how its payload becomes that one's). The log keeps the
older version, and the upcast is applied whenever an old event is read or submitted. An entry is added when a version is
retired."""


def payload_type(type_name: str, goal: str) -> type[Payload]:
    """The class of a current type, checked to fit the subject: plan events to plans, goal events to goals.

    Raises:
        Rejected: `event.unknown_type` with the nearest known types, or `identity.mismatch`.
    """
    payload = TYPES.get(type_name)
    if payload is None:
        offered = [name for name in (*TYPES, *UPCASTS) if name not in _OF_OPERATORS]
        nearest = difflib.get_close_matches(type_name[:200], offered, n=3, cutoff=0.5)
        hint = f" The nearest known: {', '.join(nearest)}." if nearest else " `cairn schemas list` names them all."
        shown = type_name[:100] if type_name.isprintable() else "(unprintable)"
        detail = f"“{shown}” is no event type of Cairn.{hint}"
        raise Rejected("event.unknown_type", detail, (FieldError("type", detail),))
    if (type_name in _OF_PLANS) != (goal == PLAN):
        belongs = "plan" if issubclass(payload, PlanPayload) else "goal"
        wanted = "ends in .plan" if belongs == "plan" else "names a goal"
        detail = f"{type_name} is about a {belongs}, so its subject {wanted}."
        raise Rejected("identity.mismatch", detail, (FieldError("subject", detail),))
    return payload


def versions_of(type_name: str) -> Sequence[str]:
    """All versions that are still taken of what a current type tells, the oldest first and that type last."""
    older = [name for name, (newer, _) in UPCASTS.items() if newer == type_name]
    return [version for name in older for version in versions_of(name)] + [type_name]


def decode(type_name: str, body: bytes | str, goal: str, *, recorded: bool = False) -> Payload:
    """Read a payload from JSON, bringing an older version up to date.

    Args:
        recorded: Whether it comes from the log. What has changed in the world outside since it was recorded is then no
            reason to refuse it.

    Raises:
        Rejected: `event.invalid` (or the narrower code of the rule that a field breaks) with one error per field,
            `event.unknown_type`, `identity.mismatch`.
    """
    while type_name in UPCASTS:
        newer, upcast = UPCASTS[type_name]
        try:
            body = to_json(upcast(_object(body)))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise Rejected("event.invalid", f"The data does not fit the schema of {type_name}.") from error
        type_name = newer
    payload = payload_type(type_name, goal)
    try:
        read: Payload = payload.__pydantic_validator__.validate_json(body, context=RECORDED if recorded else SUBMITTED)
    except ValidationError as error:
        raise _refusal(type_name, error) from None
    return read


def encode(payload: Payload) -> bytes:
    """The payload as JSON, defaults spelt out and absent fields left out."""
    return payload.__pydantic_serializer__.to_json(payload, exclude_none=True)


def json_schema(type_name: str) -> Json:
    """The JSON Schema (2020-12) of one event type's payload."""
    schema = TYPES[type_name].model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:cairn:schema:{type_name}",
        **schema,
        "title": type_name,
    }


def _object(body: bytes | str) -> Json:
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        detail = f"The data is not JSON that Cairn can read, at {end_of_json(error)}."
        raise Rejected("event.invalid", detail) from None
    if not isinstance(value, dict):
        raise Rejected("event.invalid", "The data must be a JSON object.")
    return value


_OUT_OF_RANGE = frozenset(
    {"greater_than_equal", "less_than_equal", "greater_than", "less_than", "progress.out_of_range"}
)
_SCALED = frozenset({"mood", "motivation", "level", "score"})
_MAX_ERRORS = 50
"""How many fields a rejection names."""


def _refusal(type_name: str, error: ValidationError) -> Rejected:
    """Turn pydantic's errors into a rejection, without the rejected values: they may be a patient's text."""
    found = wrong_values(error)
    if any(each.kind == "json_invalid" for each in found):
        detail = "The data is not JSON that Cairn can read."
        return Rejected("event.invalid", detail, (FieldError("data", detail),))
    codes = {_code(each.kind, each.where) for each in found}
    code = codes.pop() if len(codes) == 1 else "event.invalid"
    by_field: dict[str, list[str]] = {}
    for each in found:
        by_field.setdefault(field_named(each.where), []).append(each.sentence)
    errors = tuple(FieldError(where, " Or: ".join(said)) for where, said in list(by_field.items())[:_MAX_ERRORS])
    named = ", ".join(each.field or "the event as a whole" for each in errors[:5])
    more = f" and {len(by_field) - 5} more" if len(by_field) > 5 else ""
    first = errors[0].detail if len(errors) == 1 else "See errors for each."
    return Rejected(code, f"{type_name} does not fit its schema at {named}{more}. {first}", errors)


def _code(kind: str, where: tuple[int | str, ...]) -> str:
    if "gas" in where or kind == "gas.levels":
        return "gas.levels"
    if kind == "progress.out_of_range" or (kind in _OUT_OF_RANGE and where and where[-1] in _SCALED):
        return "progress.out_of_range"
    return "event.invalid"


def field_named(where: tuple[int | str, ...]) -> str:
    """The field of an event that a place in pydantic's errors is, such as `smart.measure.target`.

    For a union pydantic adds the name of the class or validator that it tried; a sender knows only the fields.
    """
    return ".".join(str(part) for part in where if not (isinstance(part, str) and _is_branch(part)))


def _is_branch(part: str) -> bool:
    # A dot is in no name of a field: it is in the section by which a ground of disclosure is told apart.
    return (
        part[:1].isupper()
        or "." in part
        or part in {"float", "int", "str", "[key]"}
        or part.startswith(("literal[", "function-"))
    )
