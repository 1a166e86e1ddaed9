"""Prints a goal's events in order: when, who, what, and the goal's state after each."""

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click

from events.event import Event, RecordedEvent
from events.goal import fold_goal
from events.goal.state import GoalState
from events.goal.types import Revised
from events.identity import GoalId
from events.time_zones import UTC_ZONE, time_zone
from projections.audit_trail.differences import as_tree, differences
from projections.audit_trail.words import utc_offset
from services.cli.printing import minute, printable

_INDENT_COLUMNS = 6
_SHORT_TEXT_CHARACTERS = 40


def print_history(goal_id: GoalId, events: Sequence[RecordedEvent], zone: str | None) -> None:
    """Print the events of one goal or plan, in order.

    Args:
        zone: The plan's time zone, on whose clock it is told when they were recorded; None without a plan, for UTC.
    """
    clock = time_zone(zone or UTC_ZONE)
    width = min(shutil.get_terminal_size((110, 24)).columns, 110) - _INDENT_COLUMNS
    state: GoalState | None = None
    for recorded in events:
        before, state = state, None if goal_id.is_plan else fold_goal(state, recorded)
        event = recorded.event
        click.echo(
            f"{recorded.version:>4}  {_told(event.time)}  {what_happened(recorded)}"
            f" by {event.actor.role} {printable(event.actor.id)}{_entered_by(event)}{_new_status(before, state)}"
        )
        details = [*_details(recorded, before, state), f"recorded {_told(recorded.recorded_at.astimezone(clock))}"]
        for line in _lines(details, width):
            click.echo(" " * _INDENT_COLUMNS + line)
    click.echo()


def what_happened(recorded: RecordedEvent) -> str:
    """The event's name in words: `cairn.goal.progress_logged.v1` is “progress logged”."""
    return recorded.type_name.split(".")[2].replace("_", " ")


def _entered_by(event: Event) -> str:
    enterer = event.enterer
    if enterer is None:
        return ""
    role = f"{enterer.role} " if enterer.role else ""
    return f" (entered by {role}{printable(enterer.id)})"


def _told(instant: datetime) -> str:
    return f"{minute(instant)} ({utc_offset(instant)})"


def _lines(details: Sequence[str], width: int) -> Iterator[str]:
    """Long details are on lines of their own; short ones share lines after them."""
    shown = [printable(text) for text in details]
    short = [text for text in shown if len(text) <= _SHORT_TEXT_CHARACTERS]
    for text in shown:
        if len(text) > _SHORT_TEXT_CHARACTERS:
            yield from textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
    together = " · ".join(text.replace(" ", "\xa0") for text in short)  # a line does not end within a detail
    yield from (line.replace("\xa0", " ") for line in textwrap.wrap(together, width, break_on_hyphens=False))


def _new_status(before: GoalState | None, after: GoalState | None) -> str:
    if after is None or (before is not None and before.status == after.status):
        return ""
    return f"  → {after.outcome or after.status}".replace("_", " ")


def _details(recorded: RecordedEvent, before: GoalState | None, after: GoalState | None) -> Iterator[str]:
    data = recorded.data.model_dump(mode="json", exclude_defaults=True)
    fields = set(data.pop("changes", ()))
    yield from (f"{name}: {value}" for name, value in _flat(data))
    if not isinstance(recorded.data, Revised):
        return
    only = {"smart" if name == "due" else name for name in fields}  # a due date is part of SMART
    for change in differences(as_tree(before, only=only), as_tree(after, only=only)):
        yield f"{change.field.replace('_', ' ')}: {_value(change.before)} → {_value(change.after)}"


def _value(value: object) -> str:
    return "; ".join(f"{name} {text}".strip() for name, text in _flat(value)) or "–"


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:  # a JSON value of any kind
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _flat(inner, path if len(value) == 1 else f"{path} {number}")
    elif value is not None:
        yield path.replace("_", " "), str(value).lower() if isinstance(value, bool) else str(value)
