"""Sixty-eight, new since week five: one thing at a time, and one more because the moment was right."""

from collections.abc import Iterator

from events.goal import types as g
from events.identity import PLAN
from events.plan import types as p
from events.vocabulary import Achievable, GasScale, Measure, Priority, Program, Smart, TreatmentReason
from services.sample.story import Calendar, Diary, Happening, Story, clinician, patient

TABLETS = "tablets"
CHOIR = "choir"


def tell(day: Calendar) -> Iterator[Happening | Diary]:
    """Five weeks, with a plan that asks for one goal at a time."""
    yield clinician(
        35,
        "09:30",
        PLAN,
        p.Opened(
            reasons=(
                TreatmentReason(
                    text="The sleeping tablets were for a fortnight. That was eleven years ago.", whose="own"
                ),
                TreatmentReason(text="My daughter read the leaflet to me.", whose="family"),
            ),
            clinician="cl-11",
            program=Program(setting="outpatient"),
            active_goal_limit=1,
            time_zone="Europe/Dublin",
        ),
    )
    yield patient(
        35,
        "09:50",
        PLAN,
        p.PrioritiesRanked(
            priorities=(
                Priority(id="head", text="A clear head in the morning", rank=1),
                Priority(id="sing", text="Singing again", rank=2),
                Priority(id="grand", text="Being safe with the grandchild on my arm", rank=3),
            )
        ),
    )
    for when, score in ((35, 6), (63, 4)):
        yield clinician(when, "09:35", PLAN, p.Measured(instrument="distress_thermometer", score=score, on=day(when)))
    yield from _tablets(day)
    yield from _choir(day)
    yield clinician(
        64,
        "09:30",
        PLAN,
        p.Amended(active_goal_limit=2, reason="Both goals are carried well; the exception becomes the rule."),
    )


def _tablets(day: Calendar) -> Iterator[Happening | Diary]:
    taper = Smart(
        specific="A quarter less every two weeks, with the pharmacist's blister packs.",
        measure=Measure(what="tablets a night", unit="quarters", target=2, per="day", direction="at_most"),
        achievable=Achievable(confidence=5, supports="Daughter keeps the packs"),
        relevant="I want to remember what I read at night.",
        due=day(91),
    )
    yield patient(
        36,
        "10:00",
        TABLETS,
        g.Proposed(
            statement="I would like to sleep without the tablets, and not be afraid of the night.",
            kind="process",
            horizon="short_term",
            life_area="health",
            priority="head",
            relevance=9,
            clinical_target="Benzodiazepine taper",
            interventions=("Taper with blister packs", "Sleep restriction therapy"),
            smart=taper,
        ),
    )
    yield clinician(37, "09:30", TABLETS, g.Agreed())
    yield clinician(37, "09:31", TABLETS, g.Activated(first_review_on=day(51)))
    yield clinician(
        51,
        "09:30",
        TABLETS,
        g.Reviewed(
            on=day(51),
            participants=("patient", "clinician", "family"),
            decision="keep",
            note="The first quarter is gone. Two bad nights, then none.",
        ),
    )
    yield clinician(
        65,
        "09:30",
        TABLETS,
        g.Reviewed(
            on=day(65),
            participants=("patient", "clinician"),
            decision="adjust_timeline",
            note="She wants to go faster. We suggest not to, and to let her think it over.",
        ),
    )
    yield clinician(
        65,
        "09:50",
        TABLETS,
        g.Revised(
            changes=g.Changes(due=day(119)),
            reason="clinical",
            note="Four weeks longer, so that no step is skipped. Awaiting her word.",
        ),
    )
    yield Diary(
        TABLETS,
        (38, 69),
        kept=0.92,
        value=(4, 2),
        mood=(5, 6),
        motivation=(7, 8),
        notes={41: "Awake from two to five. Read. It passed.", 60: "Slept until the blackbird."},
    )


def _choir(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        43,
        "10:15",
        CHOIR,
        g.Proposed(
            statement="Stand in the choir at the concert and know the words.",
            kind="outcome",
            horizon="short_term",
            life_area="other",
            priority="sing",
            relevance=10,
            gas=GasScale(
                levels={
                    "-2": "I don't go to rehearsal",
                    "-1": "I go, and sit and listen",
                    "0": "I sing at every rehearsal",
                    "1": "I sing at the concert",
                    "2": "I sing the short solo",
                },
                baseline=-2,
                importance=2,
                difficulty=1,
            ),
        ),
    )
    yield clinician(44, "09:20", CHOIR, g.Agreed())
    yield clinician(
        44,
        "09:25",
        CHOIR,
        g.Activated(
            override=g.Override(reason="Rehearsals begin this week. It gives the nights something to look forward to."),
            first_review_on=day(56),
        ),
    )
    yield clinician(
        56,
        "09:30",
        CHOIR,
        g.Reviewed(on=day(56), participants=("patient", "clinician"), level=0, decision="keep"),
    )
    yield Diary(
        CHOIR,
        (45, 69),
        kept=0.1,
        mood=(7, 8),
        levels={46: -1, 53: 0, 67: 0},
        notes={53: "Second alto. My voice found its chair."},
    )


STORY = Story(patient="pt-c90b", clinician="cl-11", tell=tell)
