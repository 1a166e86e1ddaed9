"""Any valid value of the contract's types, for tests that state what holds for all of them (hypothesis)."""

import types
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints
from unicodedata import category

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from events.goal import GOAL_EVENTS, GoalPayload
from events.payload import Payload
from events.plan.consent_terms import Sha256
from events.plan.types import PLAN_EVENTS, PlanPayload, TimeZone
from events.vocabulary import Label, Number, Text, Token

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")) | st.sampled_from("\n\t"), min_size=1
)
visible = texts.filter(lambda text: any(not each.isspace() and category(each) != "Cf" for each in text))
tokens = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)

_LEAVES: list[tuple[object, SearchStrategy[Any]]] = [  # Any: one strategy for each kind of value
    (Text, visible),
    (Label, visible.filter(lambda text: len(text) <= 200)),
    (Token, tokens),
    (Sha256, st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
    (Number, st.integers(-(10**6), 10**12) | st.floats(-1e12, 1e12)),
    (TimeZone, st.sampled_from(["UTC", "Europe/Vienna", "Pacific/Kiritimati"])),
    (date, st.dates(date(1990, 1, 1), date(2090, 1, 1))),
    (AwareDatetime, st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001
    (bool, st.booleans()),
    (int, st.integers(0, 50)),
    (type(None), st.none()),
]


@cache
def values(model: type[BaseModel]) -> SearchStrategy[Any]:  # Any: an instance of the model
    """Valid instances of a model, from the types of its fields."""
    hints = get_type_hints(model, include_extras=True)
    fields = {name: _of(hints[name]) for name in model.model_fields}
    required = {name: of for name, of in fields.items() if model.model_fields[name].is_required()}
    optional = {name: of for name, of in fields.items() if name not in required}
    built = st.fixed_dictionaries(required, optional=optional).map(partial(_valid, model))
    return built.filter(lambda value: value is not None)


def payloads(kind: type[Payload]) -> SearchStrategy[Payload]:
    """Valid payloads of one event type."""
    return cast(SearchStrategy[Payload], values(kind))


def _valid(model: type[BaseModel], fields: dict[str, object]) -> BaseModel | None:
    try:
        return model.model_validate(fields)
    except ValidationError:
        return None


def _of(hint: Any) -> SearchStrategy[Any]:  # Any: type hints have no type of their own
    for leaf, strategy in _LEAVES:
        if hint == leaf:
            return strategy
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _bounded(args[0], [each for each in args[1:] if isinstance(each, FieldInfo)])
    if origin in (Union, types.UnionType):
        return st.one_of(*map(_of, args))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple:
        return st.lists(_of(args[0]), max_size=4).map(tuple)
    if origin is dict:
        return st.dictionaries(_of(args[0]), _of(args[1]), max_size=5)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return values(hint)
    raise NotImplementedError(f"no strategy for {hint}")


def _bounded(hint: Any, fields: list[FieldInfo]) -> SearchStrategy[Any]:  # Any: as above
    if hint is not int:
        return _of(hint)
    bounds = {name: getattr(each, name) for field in fields for each in field.metadata for name in each.__slots__}
    return st.integers(bounds.get("ge"), bounds.get("le", 10**9))


goal_payloads = cast(SearchStrategy[GoalPayload], st.one_of(*map(values, GOAL_EVENTS)))
plan_payloads = cast(SearchStrategy[PlanPayload], st.one_of(*map(values, PLAN_EVENTS)))
