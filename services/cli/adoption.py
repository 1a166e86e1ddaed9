"""What the adoption of a log means, for people and for programs: ids and counts, never what a patient wrote."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from services.cli.log_acts import counted
from services.cli.printing import Json, print_json

if TYPE_CHECKING:
    from events.log.anchor import Anchor
    from services.node.lost_events import Lost
    from services.node.other_log import OfAnotherLog

_GOALS_LISTED = 100


class Adoption(NamedTuple):
    """One stream whose log is not the one that is remembered, or from which events are missing.

    Attributes:
        head: Where the log ends.
        projections: Those that were built from another log.
        lost: What the audit trail has and the log has not; None when the audit trail could not be asked.
        anchor: The event at the last position up to which both logs are known to be the same; the beginning where none
            is known.
        missing: How many events are missing from the present log.
        acknowledged: The furthest position that a goals service remembers and misses; 0 when none does.
    """

    stream: str
    head: int
    projections: "tuple[OfAnotherLog, ...]"
    lost: "Lost | None"
    anchor: "Anchor"
    missing: int = 0
    acknowledged: int = 0

    @property
    def unseen(self) -> int:
        """How many events at least were acknowledged that neither the log nor a projection has come to."""
        return max(0, self.acknowledged - max(self.head, *(each.position for each in self.projections), 0))


def print_plan(adoptions: Sequence[Adoption]) -> None:
    """Print what is lost for good, and what will be done."""
    for each in adoptions:
        _print_stream(each)
    if any(each.missing or each.acknowledged or each.lost is None or each.lost.goals for each in adoptions):
        click.echo("If a backup has what is lost here, do not adopt: stop Cairn and put that backup in place with")
        click.echo("`cairn log restore FOLDER`.")
    names = ", ".join(affected(adoptions))
    click.echo("To adopt the log as it is means:")
    if names:
        click.echo(
            f"- {names}: built anew from the log and put in place; the tables of before are kept as …__previous."
        )
    if any(each.missing for each in adoptions):
        click.echo("- What is missing from the log is noted with its stream as given up; Cairn no longer warns of it.")
    click.echo("- The goals service: forgets the other log and its snapshots; every goal is read from the log again.")
    click.echo("- Reminders: begin anew by themselves.")
    click.echo("- It is recorded that you did this, and what was lost (`cairn log acts`).")


def print_as_json(adoptions: Sequence[Adoption], *, adopted: bool) -> None:
    """Print the same as JSON, and whether it was done."""
    print_json({"streams": [_as_json(each) for each in adoptions], "adopted": adopted})


def affected(adoptions: Sequence[Adoption]) -> list[str]:
    """The names of the projections that were built from another log, each once."""
    return list(dict.fromkeys(projection.projection for adoption in adoptions for projection in adoption.projections))


def _print_stream(adoption: Adoption) -> None:
    if adoption.missing:
        gone = counted({"events": adoption.missing})
        click.echo(f"From {adoption.stream} are missing, for good: {gone}. `cairn log verify` says which.")
    if adoption.acknowledged:
        click.echo(
            f"To a goals service {adoption.stream} had acknowledged events up to position {adoption.acknowledged:,}."
            f" The log ends at position {adoption.head:,}, or holds another event there."
        )
        if adoption.unseen:
            gone = counted({"events": adoption.unseen})
            click.echo(f"Lost for good, and seen by no projection: at least {gone}. Their senders know which.")
    if not adoption.projections:
        if adoption.acknowledged:
            click.echo("Up to which position it is the same log is not known: no projection remembers it.")
        return
    remembered = ", ".join(f"{each.projection} {each.position:,}" for each in adoption.projections)
    click.echo(f"{adoption.stream} is another log than before. The log ends at position {adoption.head:,}.")
    click.echo(f"The projections followed the former log up to these positions: {remembered}.")
    if adoption.lost is None:
        click.echo(
            "What was lost with the former log cannot be listed: there is no audit trail of it. Nor is it known up"
            " to which position it is the same log."
        )
        return
    click.echo(f"Up to position {adoption.lost.same_until:,} it is the same log.")
    if not adoption.lost.goals:
        click.echo("Nothing is lost: every event of the audit trail is in the log.")
        return
    click.echo(f"Lost for good: {counted(adoption.lost.counts)}.")
    for goal in adoption.lost.goals[:_GOALS_LISTED]:
        all_of_it = ", all that there was" if goal.gone else ""
        click.echo(f"  {goal.goal_id}: {counted({'events': goal.events})}{all_of_it}")
    if len(adoption.lost.goals) > _GOALS_LISTED:
        click.echo(f"  and {len(adoption.lost.goals) - _GOALS_LISTED:,} more (--json lists all)")


def _as_json(adoption: Adoption) -> Json:
    lost = adoption.lost
    goals = lost.goals if lost else ()
    return {
        "stream": adoption.stream,
        "head": adoption.head,
        "projections": [{"name": each.projection, "position": each.position} for each in adoption.projections],
        "same_until": lost.same_until if lost else None,
        "lost": lost.counts if lost else None,
        "missing": adoption.missing,
        "acknowledged": adoption.acknowledged,
        "unseen": adoption.unseen,
        "goals": [{"goal": str(goal.goal_id), "events": goal.events, "gone": goal.gone} for goal in goals],
    }
