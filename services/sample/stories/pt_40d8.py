"""A goal that no longer fitted, ended with care after a setback, and the one that took its place."""

from collections.abc import Iterator

from events.goal import types as g
from events.identity import PLAN
from events.plan import types as p
from events.vocabulary import Achievable, Measure, Priority, Program, Smart, TargetRange, TreatmentReason
from services.sample.story import Calendar, Diary, Happening, Story, clinician, entry_token, patient

NIGHTS = "night-shifts"
MORNINGS = "mornings"
MONEY = "money"


def tell(day: Calendar) -> Iterator[Happening | Diary]:
    """Ten weeks beside a job that was at risk."""
    yield clinician(
        0,
        "17:30",
        PLAN,
        p.Opened(
            reasons=(
                TreatmentReason(text="Occupational health said: treatment or I lose the post.", whose="employer"),
                TreatmentReason(text="I want to be trusted with the keys again.", whose="own"),
            ),
            clinician="cl-11",
            program=Program(setting="outpatient"),
            time_zone="Europe/Dublin",
        ),
    )
    yield patient(
        2,
        "17:10",
        PLAN,
        p.PrioritiesRanked(
            priorities=(
                Priority(id="post", text="Keeping my post", rank=1),
                Priority(id="trust", text="Being trusted again", rank=2),
                Priority(id="debt", text="Out of debt", rank=3),
            )
        ),
    )
    yield from _nights(day)
    yield from _mornings(day)
    yield from _money(day)


def _nights(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        2,
        "17:40",
        NIGHTS,
        g.Proposed(
            statement="No stimulants to get through nights. None.",
            kind="process",
            horizon="short_term",
            life_area="work",
            priority="post",
            relevance=8,
            clinical_target="Stimulant use on shift",
            smart=Smart(
                specific="Nights only with coffee before two, a nap at four, and nothing else.",
                measure=Measure(what="nights without stimulants", unit="nights", target=4, per="week"),
                achievable=Achievable(confidence=5, supports="The ward sister knows"),
                relevant="Nights are where I used.",
                for_weeks=6,
            ),
        ),
    )
    yield clinician(3, "17:00", NIGHTS, g.Agreed())
    yield clinician(3, "17:05", NIGHTS, g.Activated(first_review_on=day(17)))
    yield clinician(17, "17:00", NIGHTS, g.Reviewed(on=day(17), participants=("patient", "clinician"), decision="keep"))
    yield patient(
        21,
        "09:15",
        NIGHTS,
        g.ProgressLogged(
            entry=entry_token(20),
            on=day(20),
            done=False,
            mood=2,
            motivation=4,
            setback=True,
            note="Third night in a row. Took something at three. Told the ward sister at six.",
        ),
    )
    yield clinician(
        25,
        "17:00",
        NIGHTS,
        g.Reviewed(
            on=day(25),
            participants=("patient", "clinician", "supervisor"),
            decision="adjust_timeline",
            note="We do not decide in the week after a setback. She asked for day shifts; the ward is looking into it.",
        ),
    )
    yield clinician(
        31,
        "17:00",
        NIGHTS,
        g.Reviewed(
            on=day(31),
            participants=("patient", "clinician"),
            decision="replace",
            note="Day shifts from Monday. The goal did its work: it showed where the trouble was.",
        ),
    )
    yield patient(
        31,
        "17:20",
        MORNINGS,
        g.Proposed(
            statement="Walk onto the ward at seven with a clear head.",
            kind="process",
            horizon="short_term",
            life_area="work",
            priority="trust",
            relevance=9,
            clinical_target="Stimulant use on shift",
            interventions=("Sleep hygiene", "Peer call on days off"),
            smart=Smart(
                specific="Bed by half past ten before every day shift; nothing taken before or during.",
                measure=Measure(what="clear mornings", unit="shifts", target=4, per="week", direction="at_least"),
                achievable=Achievable(confidence=8),
                relevant="Days are what I asked for.",
                for_weeks=8,
            ),
        ),
    )
    yield clinician(
        31, "17:30", NIGHTS, g.Closed(outcome="replaced", replaced_by=MORNINGS, reason="She works days now.")
    )
    yield Diary(
        NIGHTS, (4, 30), kept=0.55, done=0.85, mood=(5, 5), motivation=(6, 6), notes={9: "The nap helps. Who knew."}
    )


def _mornings(day: Calendar) -> Iterator[Happening | Diary]:
    yield clinician(31, "17:40", MORNINGS, g.Agreed())
    yield clinician(31, "17:42", MORNINGS, g.Activated(first_review_on=day(46)))
    yield patient(
        39,
        "16:20",
        MORNINGS,
        g.ChangeRequested(request="days-off", text="Can days off count too? They are the harder ones."),
    )
    yield clinician(
        42,
        "17:00",
        MORNINGS,
        g.ChangeAnswered(request="days-off", answer="accepted", text="Yes. We count clear mornings, whatever the day."),
    )
    yield clinician(
        42,
        "17:05",
        MORNINGS,
        g.Revised(
            changes=g.Changes(
                smart=Smart(
                    specific="Bed by half past ten; nothing taken, on shift or off.",
                    measure=Measure(what="clear mornings", unit="mornings", target=6, per="week", direction="at_least"),
                    achievable=Achievable(confidence=7),
                    relevant="Days off are the harder ones.",
                    for_weeks=8,
                )
            ),
            reason="patient_request",
        ),
    )
    yield patient(42, "21:00", MORNINGS, g.Agreed())
    for when in (46, 60):
        yield clinician(
            when,
            "17:00",
            MORNINGS,
            g.Reviewed(on=day(when), participants=("patient", "clinician"), decision="keep"),
        )
    yield Diary(
        MORNINGS,
        (33, 69),
        kept=0.85,
        done=0.9,
        mood=(6, 8),
        motivation=(7, 8),
        notes={36: "They gave me the keys for an hour.", 58: "Keys all week."},
    )


def _money(day: Calendar) -> Iterator[Happening | Diary]:
    yield patient(
        14,
        "17:25",
        MONEY,
        g.Proposed(
            statement="Pay my brother back and look him in the eye.",
            kind="outcome",
            horizon="long_term",
            life_area="family",
            priority="debt",
            relevance=7,
            smart=Smart(
                specific="Put money aside on pay-day before anything else.",
                measure=Measure(what="put aside", unit="euro", target=TargetRange(low=30, high=60), per="week"),
                achievable=Achievable(confidence=6, supports="Credit union"),
                relevant="I took it from him when I was using.",
                due=day(180),
            ),
        ),
    )
    yield clinician(17, "17:15", MONEY, g.Agreed())
    yield clinician(17, "17:16", MONEY, g.Activated(review_every_days=28, first_review_on=day(42)))
    yield clinician(
        42,
        "17:20",
        MONEY,
        g.Reviewed(
            on=day(42),
            participants=("patient", "clinician"),
            decision="keep",
            note="A little over a hundred put aside. The range leaves room for a thin week.",
        ),
    )
    yield Diary(MONEY, (18, 69), kept=0.15, value=(30, 48), notes={60: "He said keep it until it is the whole sum."})


STORY = Story(patient="pt-40d8", clinician="cl-11", tell=tell)
