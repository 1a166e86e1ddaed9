"""Offering a statement to the witnesses that count by themselves: those with a key for statements in the policy."""

from typing import NamedTuple

from events.transparency.notes import Note, SignatureLine
from events.transparency.policies import Policy
from services.notary.errors import WitnessUnusable
from services.notary.statements import STATEMENTS
from services.notary.witnesses import WitnessClient


class Counted(NamedTuple):
    """A statement, and which witnesses have not signed it.

    Attributes:
        note: The statement, with the signatures of the witnesses that found as many events.
        refusals: The name of each other one that was asked, and why it did not sign.
    """

    note: Note
    refusals: tuple[tuple[str, str], ...]


async def counted_by_witnesses(note: Note, policy: Policy) -> Counted:
    """Ask each witness of a policy that signs statements to sign one.

    A witness signs statements where the policy has a key `NAME/statements` on a line of its own beside that of `NAME`.
    """
    lines: list[SignatureLine] = []
    refusals: list[tuple[str, str]] = []
    keys = {key.name: key for key, _ in policy.logs}
    for witness in policy.witnesses.values():
        key = keys.get(witness.key.name + STATEMENTS)
        if key is None or witness.url is None:
            continue
        try:
            client = WitnessClient(witness.url, witness.key)
        except WitnessUnusable as unusable:
            refusals.append((witness.name, str(unusable)))
            continue
        try:
            answer = await client.add_statement(note, key)
        finally:
            await client.close()
        if isinstance(answer, SignatureLine):
            lines.append(answer)
        else:
            refusals.append((witness.name, answer.detail))
    return Counted(note.with_lines(lines), tuple(refusals))
