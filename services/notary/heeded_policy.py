"""The policy as the operator has it now, and the dealings with the witnesses that it names."""

import asyncio
import logging

from events.transparency.policies import NOBODY, Policy
from services.notary.cosigning import MakeClient, Witnesses
from services.notary.errors import NotaryUnusable
from services.notary.generations import Generation
from services.notary.identity import NotaryFolder
from services.notary.requests import WitnessStatus
from services.notary.trust import read_policy, whole_policy

_log = logging.getLogger("cairn.notary")


class HeededPolicy:
    """The policy of one generation.

    Args:
        folder: The notary's files, with what the operator has written.
        generation: The keys, and what is known of the witnesses.
        make: Makes what asks a witness.

    Attributes:
        policy: As it was heeded last; before that, as it is written, and one that asks for nobody where that cannot be
            read.
        trouble: Why what the operator has written now is not heeded, in a sentence; None where it is.

    Raises:
        NotaryUnusable: what is known of the witnesses cannot be read.
    """

    def __init__(self, folder: NotaryFolder, generation: Generation, make: MakeClient):
        self._folder = folder
        self._generation = generation
        self._make = make
        self._noted = generation.witnesses()
        self._witnesses: Witnesses | None = None
        self._text = ""
        self.trouble: str | None = None
        self.policy = self._as_written()

    def _as_written(self) -> Policy:
        try:
            return read_policy(whole_policy(self._folder.policy(), ()))
        except NotaryUnusable:
            return Policy(NOBODY)

    @property
    def statuses(self) -> tuple[WitnessStatus, ...]:
        """How it goes with each witness."""
        return self._witnesses.statuses if self._witnesses is not None else ()

    def read(self) -> str:
        """The policy as it is handed out, with the log's own keys.

        Raises:
            NotaryUnusable: a line, or a key, cannot be read.
        """
        keys = [each.verifier for each in (*self._generation.keys(), self._generation.statements_key())]
        return whole_policy(self._folder.policy(), keys)

    def written(self) -> str:
        """What the operator has written and the keys are: another text once one of them has changed."""
        try:
            return self.read()
        except NotaryUnusable as trouble:
            return str(trouble)

    def leave_nobody_alone(self) -> None:
        """Ask each witness at the next time, however long it was to be left alone."""
        if self._witnesses is not None:
            self._witnesses.leave_alone_no_longer()

    async def witnesses(self) -> Witnesses:
        """The witnesses as the operator has written them, also where that has changed a moment ago.

        Raises:
            NotaryUnusable: it cannot be read, and no earlier one could.
        """
        try:
            text = self.read()
            policy = read_policy(text)
            self.trouble = None
            if self._witnesses is not None and text == self._text:
                return self._witnesses
        except NotaryUnusable as trouble:
            if self._witnesses is None:
                raise
            if self.trouble != str(trouble):
                _log.error("%s It is heeded as it was before.", trouble)
            self.trouble = str(trouble)
            return self._witnesses
        memories = self._witnesses.memories if self._witnesses is not None else self._noted
        await self.close()
        self._text, self.policy = text, policy
        self._witnesses = Witnesses(policy, self._make, memories, asyncio.get_running_loop().time)
        return self._witnesses

    async def note(self, witnesses: Witnesses) -> None:
        """Remember what is known of the witnesses, where that has changed.

        Raises:
            OSError: it cannot be written.
        """
        if (memories := witnesses.memories) != self._noted:
            await asyncio.to_thread(self._generation.note_witnesses, memories)
            self._noted = memories

    async def close(self) -> None:
        """Ask witnesses no more."""
        if self._witnesses is not None:
            await self._witnesses.close()
