"""Which FHIR version a Goal was written in, told by its shape: a Goal does not name its version itself."""

from typing import Literal, NamedTuple

from services.fhir.incoming.refusal import Json

Version = Literal["DSTU2", "STU3", "R4", "R5"]

_ONLY_IN_DSTU2 = ("author", "targetDate", "targetQuantity")
_ONLY_IN_R5 = ("source", "continuous", "outcome")


class Seen(NamedTuple):
    """A version, and by what it was recognised."""

    version: Version
    sign: str

    @property
    def readable(self) -> bool:
        """Whether Cairn reads this version."""
        return self.version in ("R4", "R5")

    @property
    def sentence(self) -> str:
        """Why a Goal of this version is refused."""
        return f"This is a Goal of FHIR {self.version} ({self.sign}); Cairn reads R4 and R5."


def goal_version(goal: Json) -> Seen:
    """The version of a Goal. What R4 and R5 have in common counts as R4.

    DSTU2 and STU3 have `status` in the place of `lifecycleStatus`; DSTU2 describes in a string, and STU3 has one
    target, not a list. R5 has renamed `expressedBy` to `source` and gathered the outcomes in `outcome`.
    """
    if "lifecycleStatus" not in goal:
        if isinstance(goal.get("description"), str):
            return Seen("DSTU2", "its description is a string")
        older = next((name for name in _ONLY_IN_DSTU2 if name in goal), None)
        if older is not None:
            return Seen("DSTU2", f"it has {older}")
        if isinstance(goal.get("target"), dict):
            return Seen("STU3", "its target is no list")
        if "status" in goal:
            return Seen("STU3", "it has status, not lifecycleStatus")
    newer = next((name for name in _ONLY_IN_R5 if name in goal), None)
    return Seen("R5", f"it has {newer}") if newer else Seen("R4", "it has nothing that only R5 has")
