"""Nineteen, and mostly silent: a dip in motivation, weeks without entries, and a review that is overdue."""

from collections.abc import Iterator

from events.goal import types as g
from events.identity import PLAN
from events.plan import types as p
from events.vocabulary import GasScale, Measure, Priority, Program, Smart, TreatmentReason
from services.sample.story import Calendar, Diary, Happening, Story, clinician, entry_token, patient

PEOPLE = "people"
COURSE = "course"


def tell(day: Calendar) -> Iterator[Happening | Diary]:
    """Ten weeks in which not writing is not failing."""
    yield clinician(
        0,
        "15:00",
        PLAN,
        p.Opened(
            reasons=(
                TreatmentReason(text="Mum found the bag.", whose="family"),
                TreatmentReason(text="I don't really like who I am when I smoke all day.", whose="own"),
            ),
            clinician="cl-03",
            program=Program(setting="outpatient"),
            time_zone="Europe/Dublin",
        ),
    )
    yield patient(
        7,
        "15:20",
        PLAN,
        p.PrioritiesRanked(
            priorities=(
                Priority(id="mates", text="Mates who don't only smoke", rank=1),
                Priority(id="music", text="Making music again", rank=2),
                Priority(id="college", text="Maybe college", rank=3),
            )
        ),
    )
    for when, score in ((7, 4), (21, 5), (49, 6)):
        yield clinician(when, "15:05", PLAN, p.Measured(instrument="mood", score=score, on=day(when)))
    yield from _people(day)
    yield from _course(day)


def _people(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        7,
        "15:40",
        PEOPLE,
        g.Proposed(
            statement="Have one person I can ring who isn't stoned.",
            kind="outcome",
            horizon="short_term",
            life_area="coping",
            priority="mates",
            relevance=8,
            clinical_target="Social support",
            interventions=("Motivational interviewing", "Music room on Thursdays"),
            gas=GasScale(
                levels={
                    "-2": "I only see people I smoke with",
                    "-1": "I text one other person now and then",
                    "0": "I meet one other person once a week",
                    "1": "I meet two people who don't smoke, every week",
                    "2": "I ring one of them on a bad night",
                },
                baseline=-2,
                importance=3,
                difficulty=3,
            ),
        ),
    )
    yield clinician(7, "15:50", PEOPLE, g.Agreed())
    yield clinician(7, "15:51", PEOPLE, g.Activated(first_review_on=day(21)))
    yield clinician(
        21,
        "15:00",
        PEOPLE,
        g.Reviewed(on=day(21), participants=("patient", "clinician"), level=-1, decision="keep"),
    )
    yield patient(
        29,
        "23:40",
        PEOPLE,
        g.ProgressLogged(entry=entry_token(29), on=day(29), level=-2, motivation=2, note="cba with any of this"),
    )
    yield clinician(
        35,
        "15:00",
        PEOPLE,
        g.Reviewed(
            on=day(35),
            participants=("patient", "clinician"),
            level=-1,
            decision="adjust_scale",
            note="It is not that it stopped mattering: once a week was a cliff. A step was missing.",
        ),
    )
    yield patient(
        35,
        "15:20",
        PEOPLE,
        g.Revised(
            changes=g.Changes(
                gas=GasScale(
                    levels={
                        "-2": "I only see people I smoke with",
                        "-1": "I go to the music room and talk to nobody",
                        "0": "I go to the music room and talk to somebody",
                        "1": "I meet somebody from there outside",
                        "2": "I ring one of them on a bad night",
                    },
                    baseline=-2,
                    importance=3,
                    difficulty=2,
                )
            ),
            reason="motivation",
            note="Music room first. People after.",
        ),
    )
    yield clinician(35, "15:25", PEOPLE, g.Agreed())
    yield clinician(
        49,
        "15:00",
        PEOPLE,
        g.Reviewed(
            on=day(49),
            participants=("patient", "clinician"),
            level=0,
            decision="keep",
            note="Plays bass with two others. Nineteen quiet days in the diary, and they were good ones.",
        ),
    )
    yield Diary(PEOPLE, (8, 28), kept=0.4, mood=(4, 5), motivation=(6, 5), levels={14: -2, 20: -1})
    yield Diary(
        PEOPLE,
        (50, 69),
        kept=0.3,
        mood=(6, 7),
        motivation=(6, 7),
        levels={51: 0, 65: 1},
        notes={65: "Chips after. All three of us."},
    )


def _course(day: Calendar) -> Iterator[Happening | Diary]:
    yield clinician(
        21,
        "15:15",
        COURSE,
        g.Proposed(
            statement="Look at the sound engineering course together.",
            kind="process",
            horizon="short_term",
            life_area="work",
            priority="college",
            smart=Smart(
                specific="Visit the open day and read the form.",
                measure=Measure(what="open day visited", target=True),
                due=day(45),
            ),
        ),
    )
    yield patient(23, "23:10", COURSE, g.Agreed(note="fine"))
    yield clinician(24, "15:00", COURSE, g.Activated(first_review_on=day(38)))
    yield Diary(COURSE, (25, 38), kept=0.0, notes={31: "went. it was packed. left after ten minutes"})
    yield clinician(
        38,
        "15:00",
        COURSE,
        g.Reviewed(
            on=day(38),
            participants=("patient", "clinician"),
            decision="retire",
            note="Our idea more than theirs. The open day was visited; the rest can wait until it is wanted.",
        ),
    )
    yield clinician(
        38,
        "15:10",
        COURSE,
        g.Closed(outcome="retired", reason="Not the patient's own wish at this time. The door stays open."),
    )


STORY = Story(patient="pt-e6a1", clinician="cl-03", tell=tell)
