"""Prints a goal or a plan for people: what it is, its state, and what comes next."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator

import click

from services.cli.printing import Json, minute, number_of, printable

_LABEL_COLUMNS = 15
_LAST_ENTRIES_SHOWN = 5
"""How many of the latest reviews and revisions are shown; `cairn replay` tells them all."""

_WHOSE = {"patient": "In own words", "system": "As brought in"}
"""Whose the words are that a goal began with, by the role of who put them."""


def print_goal(read: Json) -> None:
    """Print a goal or a plan as the read API gives it."""
    print_labelled(_plan(read) if "reasons" in read else _goal(read))


def print_labelled(texts: Iterable[tuple[str, str]]) -> None:
    """Print texts, each behind its label, wrapped to the terminal."""
    width = min(shutil.get_terminal_size((110, 24)).columns, 110)
    for label, text in texts:
        lines = [
            line
            for paragraph in text.split("\n")
            for line in textwrap.wrap(printable(paragraph), width - _LABEL_COLUMNS, break_on_hyphens=False) or [""]
        ]
        for number, line in enumerate(lines):
            click.echo(f"{label if not number else '':<{_LABEL_COLUMNS}}{line}".rstrip())


def _goal(goal: Json) -> Iterator[tuple[str, str]]:
    yield "Goal", f"{goal['org']}.{goal['patient']}.{goal['goal']} (version {goal['version']})"
    yield _WHOSE.get(goal["created_by"]["role"], "As first put"), f"“{goal['statement']}”"
    if goal.get("wording"):
        yield "Put now as", goal["wording"]
    yield "Status", _status(goal)
    yield from _quarantined(goal)
    if goal.get("awaiting_agreement"):
        yield "Agreement", f"awaited from {' and '.join(goal['awaiting_agreement'])}"
    if goal.get("missing"):
        yield "Still missing", ", ".join(goal["missing"])
    yield from definition(goal)
    if goal.get("next_review"):
        yield "Next review", f"{goal['next_review']['due_on']} ({goal['next_review']['cause']})"
    for review in goal.get("reviews", [])[-_LAST_ENTRIES_SHOWN:]:
        yield f"Review {review['on'][5:]}", _joined(review["decision"].replace("_", " "), review.get("note"))
    if goal.get("last_entry_on"):
        yield "Last entry", f"for {goal['last_entry_on']}"
    for note in (*goal.get("flags", ()), *goal.get("offers", ())):
        yield "To consider", note["sentence"]
    for revision in goal.get("revisions", [])[-_LAST_ENTRIES_SHOWN:]:
        changed = f"{', '.join(revision['fields'])} changed ({revision['reason'].replace('_', ' ')})"
        yield f"Revised {revision['at'][5:10]}", _joined(changed, revision.get("note"))


def _quarantined(read: Json) -> Iterator[tuple[str, str]]:
    if quarantined := read.get("quarantined"):
        because = f"the event at position {quarantined['position']} is in quarantine ({quarantined['reason']})"
        yield "Not up to date", f"version {quarantined['version']} is shown: {because}. `cairn replay` tells all."


def _status(goal: Json) -> str:
    status: str = goal["status"].replace("_", " ")
    if goal.get("outcome"):
        status += f": {goal['outcome'].replace('_', ' ')}"
    if goal.get("status_on"):
        status += f" since {goal['status_on']}"
    return _joined(status, goal.get("reason") if goal["status"] in {"held", "closed", "entered_in_error"} else None)


def definition(goal: Json) -> Iterator[tuple[str, str]]:
    """The definition of a goal, with labels: its SMART parts and its GAS levels."""
    smart = goal.get("smart") or {}
    if smart.get("specific"):
        yield "Specific", smart["specific"]
    if smart.get("measure"):
        yield "Measure", _measure(smart["measure"])
    if smart.get("due") or smart.get("for_weeks"):
        yield "Time", f"until {smart['due']}" if smart.get("due") else f"for {number_of(smart['for_weeks'], 'week')}"
    levels = (goal.get("gas") or {}).get("levels", {})
    for level in sorted(levels, key=int, reverse=True):
        mark = " ← now" if str(goal.get("latest_level")) == level else ""
        yield f"Level {int(level):+d}" if int(level) else "Level 0", f"{levels[level]}{mark}"


def _measure(measure: Json) -> str:
    target = measure.get("target")
    if isinstance(target, dict):
        low, high = ("…" if target.get(end) is None else target[end] for end in ("low", "high"))
        target = f"{low} to {high}"
    if target is None or target is True:
        return str(measure["what"])
    direction = (measure.get("direction") or "").replace("_", " ")
    per = f" a {measure['per']}" if measure.get("per") else ""
    amount = " ".join(part for part in (direction, str(target), measure.get("unit")) if part)
    return f"{measure['what']}: {amount}{per}"


def _plan(plan: Json) -> Iterator[tuple[str, str]]:
    yield "Plan", f"{plan['org']}.{plan['patient']}.plan (version {plan['version']})"
    yield "Status", _joined(plan["status"], plan.get("closed_reason"))
    yield from _quarantined(plan)
    yield "Opened", minute(plan["opened_at"])
    yield "Clinician", plan["clinician"]
    for reason in plan["reasons"]:
        yield "Reason", f"“{reason['text']}” ({reason['whose']})"
    for priority in plan["priorities"]:
        yield f"Priority {priority['rank']}", priority["text"]
    yield "Reviews", f"every {_cadence(plan)} ({plan['time_zone']})"
    yield "Active goals", f"at most {plan['active_goal_limit']}"
    if plan["accommodations"]:
        yield "Accommodation", ", ".join(plan["accommodations"]).replace("_", " ")
    for goal in plan.get("goals", ()):
        horizon = f", {goal['horizon'].replace('_', ' ')}" if goal["horizon"] else ""
        status = (goal["outcome"] or goal["status"]).replace("_", " ")
        yield "Goal", f"{goal['goal']} ({status}{horizon}): {goal['wording'] or goal['statement']}"
    for consent in plan["consents"]:
        yield "Consent", _consent(consent)
    for flag in plan["flags"]:
        yield "To consider", flag["sentence"]
    for measured in plan["measurements"][-_LAST_ENTRIES_SHOWN:]:
        yield "Measured", f"{measured['instrument'].replace('_', ' ')} {measured['score']} on {measured['on']}"


def _consent(consent: Json) -> str:
    recipient, until = consent["recipient"], consent["until"]
    end = until["on"] or until["event"] or ("the end of the treatment" if until["end_of_treatment"] else None)
    purposes = ", ".join(purpose["code"] for purpose in consent["purposes"])
    status = consent["status"].replace("_", " ")
    return (
        f"{consent['consent']} ({status}): {', '.join(consent['what'])} to {recipient['id']}, {recipient['text']},"
        f" for {purposes}, signed on {consent['signed']['on']}, {f'until {end}' if end else 'without an end'}"
    )


def _cadence(plan: Json) -> str:
    counts, chosen = plan["effective_review_every_days"], plan["review_every_days"]
    return f"{counts} days, as it asks for short reviews, not every {chosen}" if counts < chosen else f"{counts} days"


def _joined(first: str, second: str | None) -> str:
    return f"{first}: {second}" if second else first
