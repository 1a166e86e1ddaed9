"""Groups kept up to the end, work put on hold for a broken wrist, and one goal that was not the patient's own."""

from collections.abc import Iterator

from events.goal import types as g
from events.identity import PLAN
from events.plan import types as p
from events.vocabulary import Achievable, Measure, Priority, Program, Smart, TreatmentReason
from services.sample.story import Calendar, Diary, Happening, Story, clinician, entry_token, patient

GROUPS = "groups"
TOOLS = "tools"
SCREENS = "screens"


def tell(day: Calendar) -> Iterator[Happening | Diary]:
    """Ten weeks of day treatment, partly by order of a court."""
    yield clinician(
        0,
        "13:00",
        PLAN,
        p.Opened(
            reasons=(
                TreatmentReason(text="The judge gave me the choice, so I am here.", whose="court"),
                TreatmentReason(text="I am thirty-four and I have nothing with my name on it.", whose="own"),
            ),
            clinician="cl-11",
            program=Program(setting="day"),
            accommodations=("short_reviews",),
            time_zone="Europe/Dublin",
        ),
    )
    yield patient(
        1,
        "12:30",
        PLAN,
        p.PrioritiesRanked(
            priorities=(
                Priority(id="work", text="Working with my hands again", rank=1),
                Priority(id="free", text="Nobody telling me where to be", rank=2),
                Priority(id="mam", text="My mother not worrying", rank=3),
                Priority(id="clean", text="Staying off it", rank=4),
            )
        ),
    )
    yield from _groups(day)
    yield from _tools(day)
    yield from _screens()


def _groups(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        1,
        "13:10",
        GROUPS,
        g.Proposed(
            statement="Turn up. Even when I can't be bothered. Three groups a week.",
            kind="process",
            horizon="short_term",
            life_area="attendance",
            priority="clean",
            relevance=7,
            interventions=("Day programme groups",),
            clinical_target="Engagement with treatment",
            smart=Smart(
                specific="Be in the room for three groups a week, phone off, to the end.",
                measure=Measure(what="groups attended", unit="groups", target=3, per="week", direction="at_least"),
                achievable=Achievable(confidence=7, supports="The 41 bus stops outside"),
                relevant="The judge wants it, but I also talk more when I have been.",
                for_weeks=8,
            ),
        ),
    )
    yield clinician(1, "13:30", GROUPS, g.Agreed())
    yield clinician(1, "13:31", GROUPS, g.Activated(first_review_on=day(8)))
    for when in (8, 15, 22, 29, 36, 43, 50):
        yield clinician(
            when, "13:00", GROUPS, g.Reviewed(on=day(when), participants=("patient", "clinician"), decision="keep")
        )
    yield patient(
        30,
        "17:45",
        GROUPS,
        g.ProgressCorrected(entry=entry_token(28), done=True, reason="I was there, I ticked the wrong one on the bus."),
    )
    yield patient(
        28,
        "17:20",
        GROUPS,
        g.ProgressLogged(entry=entry_token(28), on=day(28), done=False, mood=6, motivation=7),
    )
    yield Diary(
        GROUPS,
        (2, 56),
        kept=0.45,
        done=0.93,
        mood=(5, 7),
        motivation=(6, 7),
        notes={
            4: "Sat by the door. Stayed though.",
            26: "Told them about my father. Did not plan to.",
            47: "A new lad sat by the door. I sat beside him.",
        },
    )
    yield clinician(
        57,
        "13:00",
        GROUPS,
        g.Reviewed(
            on=day(57),
            participants=("patient", "clinician"),
            decision="achieve",
            note="Eight weeks, and the chair by the door was never empty for long. He counts them, and so do we.",
        ),
    )
    yield patient(
        57,
        "13:20",
        GROUPS,
        g.Closed(outcome="achieved", reason="Done what I said. I'll keep coming on Wednesdays because I want to."),
    )


def _tools(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        10,
        "12:10",
        TOOLS,
        g.Proposed(
            statement="Get back on the tools. Earn my own money.",
            kind="outcome",
            horizon="short_term",
            life_area="work",
            priority="work",
            relevance=10,
            smart=Smart(
                specific="Two half-days a week in the training workshop, then ask the old foreman for a trial.",
                measure=Measure(what="half-days in the workshop", unit="half-days", target=2, per="week"),
                achievable=Achievable(confidence=8),
                relevant="It is the only thing I was ever good at.",
                for_weeks=12,
            ),
        ),
    )
    yield clinician(12, "13:15", TOOLS, g.Agreed(note="The workshop has a place from Monday."))
    yield clinician(12, "13:16", TOOLS, g.Activated(first_review_on=day(19)))
    for when, note in ((19, None), (26, "He fixed the bench nobody could fix.")):
        yield clinician(
            when,
            "13:10",
            TOOLS,
            g.Reviewed(on=day(when), participants=("patient", "clinician"), decision="keep", note=note),
        )
    yield patient(32, "18:00", TOOLS, g.Held(reason="Broke my wrist on the stairs. Six weeks in plaster, they say."))
    yield clinician(
        33,
        "13:05",
        TOOLS,
        g.Reviewed(
            on=day(33),
            participants=("patient", "clinician"),
            decision="keep",
            note="On hold, not over. Pain plan agreed with the GP, without opioids.",
            next_review_on=day(40),
        ),
    )
    for when in (40, 47, 54):
        yield clinician(
            when,
            "13:05",
            TOOLS,
            g.Reviewed(on=day(when), participants=("patient", "clinician"), decision="keep"),
        )
    yield patient(60, "16:30", TOOLS, g.Resumed(reason="Plaster is off. The foreman asked how I am."))
    yield clinician(
        61,
        "13:05",
        TOOLS,
        g.Reviewed(
            on=day(61),
            participants=("patient", "clinician"),
            decision="adjust_timeline",
            note="Eight weeks from now instead of four.",
        ),
    )
    yield clinician(
        61,
        "13:15",
        TOOLS,
        g.Revised(
            changes=g.Changes(due=day(117)),
            reason="life_event",
            note="The weeks in plaster are given back.",
        ),
    )
    yield Diary(TOOLS, (13, 31), kept=0.3, value=(1, 1), motivation=(8, 8), notes={23: "Hands remembered."})
    yield Diary(TOOLS, (61, 69), kept=0.4, value=(0, 1), motivation=(7, 8))


def _screens() -> Iterator[Happening]:
    yield clinician(
        16,
        "13:40",
        SCREENS,
        g.Proposed(
            statement="Give a third urine sample each week.",
            kind="process",
            horizon="short_term",
            life_area="sobriety",
            priority="clean",
            clinical_target="Abstinence monitoring",
            smart=Smart(
                measure=Measure(what="samples given", unit="samples", target=3, per="week", direction="at_least"),
                for_weeks=6,
            ),
        ),
    )
    yield patient(
        16,
        "17:55",
        SCREENS,
        g.Contested(
            reason="I already do two a week for the court. A third says you don't believe me, and it costs me the bus."
        ),
    )


STORY = Story(patient="pt-19c4", clinician="cl-11", tell=tell)
