"""A goal template: questions to ask, and a proposal that lacks only the patient's own words."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from events.goal import types as goal_types
from events.goal.definition import missing_in_smart, missing_levels
from events.vocabulary import (
    GasScale,
    Horizon,
    Kind,
    Label,
    LifeArea,
    Smart,
    Template,
    Text,
    Token,
    Value,
)

Framework = Literal["smart", "gas"]
Texts = Annotated[tuple[Text, ...], Field(min_length=1, max_length=10)]


class TemplateProposal(Value):
    """The fields of `cairn.goal.proposed.v1` except `statement`, which the patient gives."""

    kind: Kind
    horizon: Horizon
    life_area: LifeArea
    smart: Smart | None = None
    gas: GasScale | None = None
    interventions: goal_types.Interventions = ()
    template: Template

    @model_validator(mode="after")
    def _worked_out(self) -> Self:
        if self.smart is None and self.gas is None:
            raise ValueError("a template is worked out as SMART, as GAS, or as both")
        missing = [
            *(missing_in_smart(self.smart) if self.smart else ()),
            *(missing_levels(self.gas, simplified=False) if self.gas else ()),
        ]
        if missing:
            raise ValueError(f"a template lacks nothing that activation needs, but this one lacks {', '.join(missing)}")
        return self


class GoalTemplate(Value):
    """One version of a goal template.

    Attributes:
        about: For whom the template is meant.
        ask: Questions that lead to the patient's own words.
        examples: Statements of other people, which explain the template and are not to be copied.
        proposal: The other fields of the proposal, with the template and its version.
    """

    id: Token
    version: Annotated[int, Field(ge=1)]
    title: Label
    about: Text
    ask: Texts
    examples: Texts
    proposal: TemplateProposal

    @property
    def frameworks(self) -> tuple[Framework, ...]:
        """The frameworks in which the proposal is worked out (SMART, GAS)."""
        frameworks: tuple[Framework, ...] = ("smart", "gas")
        return tuple(framework for framework in frameworks if getattr(self.proposal, framework) is not None)
