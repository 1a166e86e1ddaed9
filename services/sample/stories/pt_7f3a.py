"""Evenings without a drink, and Sundays with the children: a setback, a smaller step, a bigger one."""

from collections.abc import Iterator

from events.goal import types as g
from events.identity import PLAN
from events.plan import types as p
from events.vocabulary import (
    Achievable,
    GasScale,
    Measure,
    Priority,
    Program,
    Smart,
    TreatmentReason,
)
from services.sample.story import Calendar, Diary, Happening, Story, clinician, entry_token, patient

EVENINGS = "evenings"
SUNDAYS = "sundays"
SKIN = "own-skin"


def tell(day: Calendar) -> Iterator[Happening | Diary]:
    """Ten weeks, from the end of a residential stay."""
    yield from _arrival(day)
    yield from _evenings(day)
    yield from _sundays(day)
    yield patient(
        24,
        "21:05",
        SKIN,
        g.Proposed(
            statement="I just want to feel better in my own skin. I can't say it any clearer yet.",
            kind="outcome",
            horizon="long_term",
            relevance=9,
        ),
    )


def _arrival(day: Calendar) -> Iterator[Happening]:
    yield clinician(
        0,
        "10:20",
        PLAN,
        p.Opened(
            reasons=(
                TreatmentReason(text="I was hiding bottles from people I love and I was tired of it.", whose="own"),
                TreatmentReason(text="My sister said she could not watch it any longer.", whose="family"),
            ),
            clinician="cl-03",
            program=Program(setting="outpatient"),
            time_zone="Europe/Dublin",
        ),
    )
    yield patient(
        0,
        "10:45",
        PLAN,
        p.PrioritiesRanked(
            priorities=(
                Priority(id="kids", text="Being somebody my kids can count on", rank=1),
                Priority(id="evenings", text="Evenings that don't frighten me", rank=2),
                Priority(id="sleep", text="Sleeping through", rank=3),
            )
        ),
    )
    for when, score in ((0, 17), (28, 12), (56, 8)):
        yield clinician(when, "11:00", PLAN, p.Measured(instrument="phq9", score=score, on=day(when)))


def _evenings(day: Calendar) -> Iterator[Happening | Diary]:
    wanted = Measure(what="evenings without alcohol", unit="evenings", target=5, per="week", direction="at_least")
    first = Smart(
        specific="From coming home until bed, no alcohol; phone call or walk when it gets loud.",
        measure=wanted,
        achievable=Achievable(confidence=6, supports="Sister on the phone, walking route by the canal"),
        relevant="Evenings are when it always started.",
        for_weeks=10,
    )
    yield patient(
        1,
        "18:30",
        EVENINGS,
        g.Proposed(
            statement="I want to get through an evening without needing a drink.",
            kind="process",
            horizon="short_term",
            life_area="sobriety",
            priority="evenings",
            smart=first,
            relevance=9,
            interventions=("Urge surfing", "Evening structure plan"),
            clinical_target="Reduce drinking days",
        ),
    )
    yield clinician(2, "09:40", EVENINGS, g.Agreed(note="Your words stay as they are. Let us try it for two weeks."))
    yield clinician(2, "09:45", EVENINGS, g.Activated(first_review_on=day(15)))
    yield patient(
        11,
        "22:50",
        EVENINGS,
        g.ProgressLogged(
            entry=entry_token(11),
            on=day(11),
            done=False,
            mood=3,
            motivation=6,
            setback=True,
            note="Parents' evening, then straight into the shop. I drank. I am writing it down instead of hiding it.",
        ),
    )
    yield clinician(
        15,
        "10:00",
        EVENINGS,
        g.Reviewed(
            on=day(15),
            participants=("patient", "clinician"),
            decision="adjust_scale",
            note="Five out of seven left no room for a hard day. Most of them were kept all the same, and that counts.",
        ),
    )
    yield patient(
        15,
        "10:20",
        EVENINGS,
        g.Revised(
            changes=g.Changes(smart=first.model_copy(update={"measure": wanted.model_copy(update={"target": 3})})),
            reason="setback",
            note="Three I can promise. More is a gift.",
        ),
    )
    yield clinician(15, "10:30", EVENINGS, g.Agreed())
    yield clinician(
        29,
        "10:00",
        EVENINGS,
        g.Reviewed(on=day(29), participants=("patient", "clinician"), decision="keep", note="Holding well."),
    )
    yield clinician(
        43,
        "10:00",
        EVENINGS,
        g.Reviewed(
            on=day(43),
            participants=("patient", "clinician", "family"),
            decision="adjust_scale",
            note="Three has become the ordinary week. Ready for more, and asks for it.",
        ),
    )
    yield patient(
        43,
        "10:25",
        EVENINGS,
        g.Revised(
            changes=g.Changes(smart=first.model_copy(update={"measure": wanted.model_copy(update={"target": 6})})),
            reason="too_easy",
            note="Six, and I would like to find out what a seventh feels like.",
        ),
    )
    yield clinician(43, "10:30", EVENINGS, g.Agreed())
    yield patient(
        44,
        "20:00",
        EVENINGS,
        g.MilestoneSet(milestone="first-full-week", text="A whole week, seven evenings in a row", due=day(60)),
    )
    yield patient(52, "21:10", EVENINGS, g.MilestoneMet(milestone="first-full-week", on=day(52)))
    yield clinician(
        57, "10:00", EVENINGS, g.Reviewed(on=day(57), participants=("patient", "clinician"), decision="keep")
    )
    yield Diary(
        EVENINGS,
        (2, 45),
        kept=0.82,
        done=0.85,
        mood=(4, 6),
        motivation=(6, 7),
        notes={
            5: "Walked to the lock and back twice. Boring. It worked.",
            12: "Ashamed today. Rang my sister all the same.",
            33: "Forgot to think about it until nine o'clock. First time.",
        },
    )
    yield Diary(
        EVENINGS,
        (46, 52),
        kept=1.0,
        done=1.0,
        mood=(6, 7),
        motivation=(7, 8),
        notes={52: "Seven. I counted twice."},
    )
    yield Diary(EVENINGS, (53, 69), kept=0.82, done=0.85, mood=(6, 7), motivation=(7, 8))


def _sundays(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        6,
        "19:15",
        SUNDAYS,
        g.Proposed(
            statement="I want my kids to look forward to Sundays with me again.",
            kind="outcome",
            horizon="long_term",
            life_area="family",
            priority="kids",
            relevance=10,
            clinical_target="Rebuild family contact",
            interventions=("Family session once a month",),
            gas=GasScale(
                levels={
                    "-2": "No contact on Sundays",
                    "-1": "A short phone call on Sunday",
                    "0": "An afternoon together every second Sunday, sober and on time",
                    "1": "An afternoon together every Sunday",
                    "2": "They ask by themselves what we will do next Sunday",
                },
                baseline=-1,
                importance=3,
                difficulty=2,
            ),
        ),
    )
    yield clinician(8, "10:10", SUNDAYS, g.Agreed())
    yield clinician(8, "10:12", SUNDAYS, g.Activated(first_review_on=day(29)))
    yield patient(
        9,
        "20:30",
        EVENINGS,
        g.Revised(
            changes=g.Changes(supports=SUNDAYS),
            reason="clinical",
            note="The evenings are how I get to the Sundays.",
        ),
    )
    yield clinician(9, "20:50", EVENINGS, g.Agreed())
    for when, level, said in (
        (29, -1, "Calls are kept. The first visit is planned."),
        (43, 0, "Two Sunday afternoons, both on time."),
        (57, 1, "Every Sunday this month. The youngest brought a board game."),
    ):
        yield clinician(
            when,
            "10:40",
            SUNDAYS,
            g.Reviewed(on=day(when), participants=("patient", "clinician"), level=level, decision="keep", note=said),
        )
    yield Diary(
        SUNDAYS,
        (9, 69),
        kept=0.12,
        mood=(5, 8),
        levels={20: -1, 34: 0, 48: 0, 62: 1},
        notes={34: "We made pancakes. Nobody checked my breath. I noticed that."},
    )


STORY = Story(patient="pt-7f3a", clinician="cl-03", tell=tell)
