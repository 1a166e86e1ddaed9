"""Small steps in plain words: going outside, and a breathing exercise that first had to be argued about."""

from collections.abc import Iterator

from events.goal import types as g
from events.identity import PLAN
from events.plan import types as p
from events.vocabulary import GasScale, Priority, Program, TreatmentReason
from services.sample.story import Calendar, Diary, Happening, Story, clinician, entry_token, patient

OUTSIDE = "outside"
BREATHE = "breathe"


def tell(day: Calendar) -> Iterator[Happening | Diary]:
    """Ten weeks of day treatment for two illnesses at once, in simplified language."""
    yield clinician(
        0,
        "11:00",
        PLAN,
        p.Opened(
            reasons=(TreatmentReason(text="The pills and the fear got mixed up. I want them apart.", whose="own"),),
            clinician="cl-03",
            program=Program(setting="day", dual_diagnosis=True),
            accommodations=("simplified_language", "visual_tools"),
            active_goal_limit=2,
            time_zone="Europe/Dublin",
        ),
    )
    yield patient(
        0,
        "11:30",
        PLAN,
        p.PrioritiesRanked(
            priorities=(
                Priority(id="out", text="Going out", rank=1),
                Priority(id="calm", text="Less fear", rank=2),
                Priority(id="cat", text="Looking after the cat", rank=3),
            )
        ),
    )
    for when, score in ((0, 34), (35, 29), (63, 25)):
        yield clinician(when, "11:40", PLAN, p.Measured(instrument="k10", score=score, on=day(when)))
    yield from _outside(day)
    yield from _breathe(day)


def _outside(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        3,
        "11:20",
        OUTSIDE,
        g.Proposed(
            statement="I want to go out by myself and not be scared.",
            kind="process",
            horizon="short_term",
            life_area="health",
            priority="out",
            relevance=8,
            clinical_target="Reduce avoidance",
            interventions=("Graded exposure",),
            gas=GasScale(
                levels={
                    "-1": "I stay in",
                    "0": "I go to the corner shop alone, three times a week",
                    "1": "I go to the park alone",
                },
                baseline=-1,
                importance=2,
                difficulty=3,
            ),
        ),
    )
    yield clinician(4, "11:05", OUTSIDE, g.Agreed())
    yield clinician(4, "11:06", OUTSIDE, g.Activated(first_review_on=day(18)))
    yield clinician(
        18,
        "11:00",
        OUTSIDE,
        g.Reviewed(on=day(18), participants=("patient", "clinician"), level=-1, decision="keep"),
    )
    yield patient(
        25,
        "19:30",
        OUTSIDE,
        g.ProgressLogged(
            entry=entry_token(25),
            on=day(25),
            level=-1,
            mood=3,
            motivation=3,
            note="The street was full at five. I turned round. What is the point.",
        ),
    )
    yield clinician(
        32,
        "11:00",
        OUTSIDE,
        g.Reviewed(
            on=day(32),
            participants=("patient", "clinician"),
            level=-1,
            decision="adjust_timeline",
            note="The wish is still there; the hour was wrong. Go at noon, when the street is quiet.",
        ),
    )
    yield patient(
        32,
        "11:15",
        OUTSIDE,
        g.Revised(
            changes=g.Changes(wording="I go out by myself at noon, first to the shop, then further."),
            reason="motivation",
            note="Noon is better.",
        ),
    )
    yield clinician(32, "11:20", OUTSIDE, g.Agreed())
    yield clinician(
        46,
        "11:00",
        OUTSIDE,
        g.Reviewed(
            on=day(46),
            participants=("patient", "clinician"),
            level=0,
            decision="keep",
            note="Shop alone, eight times. She showed us the receipt for the cat food.",
        ),
    )
    yield clinician(
        60,
        "11:00",
        OUTSIDE,
        g.Reviewed(on=day(60), participants=("patient", "clinician"), level=0, decision="keep"),
    )
    yield Diary(
        OUTSIDE,
        (5, 69),
        kept=0.6,
        done=0.55,
        mood=(4, 6),
        motivation=(5, 7),
        levels={12: -1, 40: 0, 54: 0, 67: 1},
        notes={40: "Shop. Alone. The man said good morning.", 67: "The park! Only the near gate, but the park."},
    )


def _breathe(day: Calendar) -> Iterator[Happening | Diary]:
    yield clinician(
        11,
        "11:10",
        BREATHE,
        g.Proposed(
            statement="Practise slow breathing for twenty minutes every day.",
            kind="process",
            horizon="short_term",
            life_area="coping",
            priority="calm",
            clinical_target="Panic management",
            interventions=("Paced breathing",),
            gas=GasScale(
                levels={"-1": "Not at all", "0": "On most days", "1": "Also when the fear comes"}, baseline=-1
            ),
        ),
    )
    yield patient(11, "19:00", BREATHE, g.Contested(reason="Twenty minutes is too long. It makes me more scared."))
    yield clinician(
        13,
        "11:00",
        BREATHE,
        g.ChangeAnswered(answer="adapted", text="Two minutes, and with the cat on your lap if you like."),
    )
    yield clinician(
        13,
        "11:05",
        BREATHE,
        g.Revised(
            changes=g.Changes(wording="Two minutes of slow breathing a day, with the cat."),
            reason="patient_request",
        ),
    )
    yield patient(13, "11:10", BREATHE, g.Agreed(note="OK. With the cat."))
    yield clinician(13, "11:12", BREATHE, g.Activated(first_review_on=day(27)))
    for when, level in ((27, 0), (41, 0), (55, 1)):
        yield clinician(
            when,
            "11:20",
            BREATHE,
            g.Reviewed(on=day(when), participants=("patient", "clinician"), level=level, decision="keep"),
        )
    yield Diary(
        BREATHE,
        (14, 69),
        kept=0.7,
        done=0.8,
        mood=(4, 6),
        notes={31: "The cat purrs slower than me. I copy her.", 57: "In the queue I did it. Nobody saw."},
    )


STORY = Story(patient="pt-b52e", clinician="cl-03", tell=tell)
