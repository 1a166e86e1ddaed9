"""A dip in motivation offers another scale or timeline before anything is given up (S34)."""

from datetime import date

from events.goal import GoalState
from events.goal import types as g
from events.goal.facts_of_goals import diary_facts, goal_facts
from events.goal.offers import Offer
from events.goal.offers import offers as offers_by_facts
from events.goal.reading import read_goal
from tests.builders import TODAY, entry, gas, proposed, smart
from tests.unit.events.goals import goal

DIP = entry("e1", motivation=2)


def offers(state: GoalState) -> list[Offer]:
    return offers_by_facts(goal_facts(state), diary_facts(state))


def test_a_dip_offers_scale_and_timeline() -> None:
    assert [offer.decision for offer in offers(goal(proposed(smart=smart()), DIP))] == [
        "adjust_scale",
        "adjust_timeline",
    ]


def test_setbacks_offer_the_same_until_a_review_has_looked_at_them() -> None:
    setbacks = [entry(name, setback=True) for name in ("e1", "e2", "e3")]
    review = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep")

    offered = offers(goal(proposed(smart=smart()), *setbacks))

    assert [offer.decision for offer in offered] == ["adjust_scale", "adjust_timeline"]
    assert offers(goal(proposed(smart=smart()), *setbacks, review)) == []


def test_the_timeline_is_the_goals_own() -> None:
    dated = smart(due=date(2026, 5, 1), for_weeks=None)

    assert "runs for 4 weeks" in offers(goal(proposed(smart=smart()), DIP))[1].sentence
    assert "runs until 2026-05-01" in offers(goal(proposed(smart=dated), DIP))[1].sentence
    assert offers(goal(proposed(gas=gas()), DIP))[1].sentence.startswith("Allow it more time")


def test_nothing_is_offered_without_a_dip_or_after_the_review_that_raised_it() -> None:
    review = g.Reviewed(on=TODAY, participants=("patient",), decision="adjust_timeline")

    assert offers(goal(proposed(), entry("e1", motivation=8))) == []
    assert offers(goal(proposed(), DIP, review)) == []
    assert offers(goal(proposed(), DIP, g.Closed(outcome="achieved", reason="Done"))) == []


def test_offers_are_read_with_the_goal() -> None:
    read = read_goal(goal(proposed(), DIP), None)

    assert (read["raise_at_next_session"], len(read["offers"])) == (True, 2)
