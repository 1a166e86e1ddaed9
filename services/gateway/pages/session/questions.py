"""The one question of a printed page: one for each state, in usual and in simple words.

A question is open, looks ahead, and asks for one thing. It names no setback, no dip and no silence: whoever reads it
beside somebody else learns nothing. What state asks which is for `projections/goal_state/patient/talk.py` to say.
"""

from collections.abc import Callable, Mapping

from projections.goal_state.patient.talk import About
from services.gateway.pages.language import Language

_Said = Callable[[Language], str]

_USUAL: Mapping[About, _Said] = {
    "waiting_for_answer": lambda language: language.gettext("What would you like to be different about this?"),
    "setback_told": lambda language: language.gettext("What would help you on a hard day?"),
    "motivation_dip": lambda language: language.gettext("What would make this fit better into your life?"),
    "held": lambda language: language.gettext("What would help you to take this up again?"),
    "waiting_for_patient": lambda language: language.gettext("What would you change in what is written here?"),
    "new_goal": lambda language: language.gettext("What could be a small first step?"),
    "reached": lambda language: language.gettext("What would you like to do next?"),
    "step_up": lambda language: language.gettext("What helped you to come this far?"),
    "untold_days": lambda language: language.gettext("How have the last days been for you?"),
    "review_due": lambda language: language.gettext("What should stay as it is, and what should change?"),
    "going_on": lambda language: language.gettext("What would you like more of?"),
}
_SIMPLE: Mapping[About, _Said] = {
    "waiting_for_answer": lambda language: language.gettext("What should be different?"),
    "setback_told": lambda language: language.gettext("What helps on a hard day?"),
    "motivation_dip": lambda language: language.gettext("What would make this easier?"),
    "held": lambda language: language.gettext("What would help you to go on?"),
    "waiting_for_patient": lambda language: language.gettext("What would you change here?"),
    "new_goal": lambda language: language.gettext("What do you want to try first?"),
    "reached": lambda language: language.gettext("What comes next?"),
    "step_up": lambda language: language.gettext("What helped you?"),
    "untold_days": lambda language: language.gettext("How are you?"),
    "review_due": lambda language: language.gettext("What is good as it is?"),
    "going_on": lambda language: language.gettext("What do you want more of?"),
}


def question(language: Language, about: About, *, simple: bool = False) -> str:
    """The question for a state."""
    return (_SIMPLE if simple else _USUAL)[about](language)
