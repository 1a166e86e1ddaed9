"""Whether the world has taken up a new key, so that the old one can go: else nothing could be published any more.

While both keys sign, a witness that knows the old one alone goes on cosigning. So each is shown the newest published
checkpoint with the new key's signature and no other. It is said to have cosigned nothing yet: a witness that trusts the
key answers with the size that it has, and remembers nothing of being asked.
"""

import asyncio

from events.transparency.keys import SignerKey
from events.transparency.notes import Note, signed, signers_of
from events.transparency.policies import NOBODY, Policy, Witness
from services.notary.cosigning import MakeClient
from services.notary.errors import NotaryUnusable
from services.notary.witness_answers import Alarm, AnotherSize, Cosigned, Fork, TryLater

FINISH_ANYWAY = "With --force the rotation is finished all the same."


async def check_taken_up(published: Note | None, key: SignerKey, policy: Policy, make: MakeClient) -> None:
    """Check that a new key is published, and that enough witnesses accept it.

    Args:
        published: The newest published checkpoint.
        key: The new key.
        policy: Whose word is enough.
        make: Makes what asks a witness.

    Raises:
        NotaryUnusable: it is not so; the sentence says what is missing.
        NotProven: a signature of the published checkpoint does not verify.
    """
    if published is None or not signers_of(published, [key.verifier]):
        raise NotaryUnusable(
            "No published checkpoint is signed with the new key yet. The notary signs with it within seconds, and"
            f" publishes once enough witnesses have cosigned: see cairn notary status. {FINISH_ANYWAY}"
        )
    if policy.quorum == NOBODY:
        return
    alone = signed(published.text, key)
    witnesses = list(policy.witnesses.values())
    whys = await asyncio.gather(*(_why_not(each, alone, make) for each in witnesses))
    answers = list(zip(witnesses, whys, strict=True))
    if not policy.is_met({each.key.public for each, why in answers if why is None}):
        told = "; ".join(f"{each.name}: {why}" for each, why in answers if why is not None)
        raise NotaryUnusable(
            "Without the old key nothing could be published: too few witnesses of the policy accept the new one"
            f" ({told}). Give it to them (with Cairn's: cairn witness trust). {FINISH_ANYWAY}"
        )


async def _why_not(witness: Witness, note: Note, make: MakeClient) -> str | None:
    """Why a witness does not accept a checkpoint with this key alone; None where it does."""
    client = make(witness)
    if client is None:
        return "the policy has no address at which it can be asked"
    try:
        match await client.add_checkpoint(0, (), note):
            case Cosigned() | AnotherSize():
                return None
            case Alarm() | TryLater() as refused:
                return refused.reason
            case Fork():
                return "it has cosigned another tree"
    finally:
        await client.close()
