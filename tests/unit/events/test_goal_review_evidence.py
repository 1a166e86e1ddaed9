"""Which reviews were expected, took place, came late, were moved, or were never held."""

from datetime import date, timedelta

from events.goal.review_evidence import ExpectedReview, MovedReview, ReviewStep, expected_reviews

BEGUN = date(2026, 3, 2)
FORTNIGHT = 14


def day(number: int) -> date:
    """A day of treatment; 0 is the one on which the work began."""
    return BEGUN + timedelta(days=number)


class Steps(list[ReviewStep]):
    """The steps of one goal, in the order of the log."""

    def begun(self, on: int = 0) -> "Steps":
        return self._add("begun", on, on)

    def due(self, due: int, *, on: int, cause: str = "routine", by: str = "cairn") -> "Steps":
        return self._add("set", on, on, due_on=day(due), cause=cause, actor=by)

    def held(self, on: int, *, recorded: int | None = None, closes: bool = False) -> "Steps":
        return self._add("held", on, on if recorded is None else recorded, with_patient=True, closes=closes)

    def ended(self, on: int) -> "Steps":
        return self._add("ended", on, on)

    def _add(self, step: str, on: int, recorded: int, **more: object) -> "Steps":
        fields = {"every_days": None, "actor": "c1", "role": "clinician", **more}
        self.append(ReviewStep(len(self) + 1, step, day(on), day(recorded), **fields))  # type: ignore[arg-type]
        return self


def judged(steps: Steps, *, today: int) -> list[ExpectedReview]:
    return expected_reviews(steps, lambda _, own: own or FORTNIGHT, day(today))


def started() -> Steps:
    return Steps().begun().due(14, on=0, cause="initial")


def test_a_review_in_time_is_the_one_that_was_expected() -> None:
    first, ahead = judged(started().held(14).due(28, on=14), today=20)
    assert (first.due_on, first.days_late, first.never_held) == (day(14), 0, ())
    assert (ahead.due_on, ahead.held, ahead.awaited, ahead.never_held) == (day(28), None, True, ())
    assert (first.expected, ahead.expected, ahead.is_missing, ahead.far_away) == (1, 0, False, False)


def test_a_late_review_is_late_by_days() -> None:
    (first,) = judged(started().held(17, closes=True), today=20)
    assert first.days_late == 3


def test_a_due_day_moved_on_its_eve_makes_no_late_review_timely() -> None:
    moved = started().due(24, on=13, cause="moved", by="c2")
    (first, _) = judged(moved.held(24), today=24)
    assert (first.due_on, first.days_late) == (day(14), 10)
    assert first.moves == (MovedReview(day(14), day(24), "c2", "clinician", day(13), "moved"),)


def test_a_due_day_moved_in_steps_on_its_eve_stays_what_it_was() -> None:
    moved = started().due(21, on=13, cause="moved").due(28, on=14, cause="moved")
    (first, _) = judged(moved.held(27), today=27)
    assert (first.days_late, len(first.moves)) == (13, 2)


def test_a_due_day_moved_with_a_weeks_notice_counts() -> None:
    (first, _) = judged(started().due(18, on=7, cause="moved").held(18), today=18)
    assert (first.due_on, first.days_late, len(first.moves)) == (day(18), 0, 1)


def test_a_review_that_a_setback_brought_nearer_is_late_after_the_nearer_day() -> None:
    (first, _) = judged(started().due(9, on=2, cause="setback").held(14), today=14)
    assert (first.due_on, first.days_late) == (day(9), 5)


def test_reviews_never_held_do_not_vanish_when_the_goal_closes() -> None:
    (never,) = judged(started().ended(60), today=200)
    assert never.never_held == (day(14), day(28), day(42), day(56))
    assert (never.expected, never.awaited, never.is_missing) == (4, False, False)


def test_while_the_work_goes_on_the_latest_one_can_still_be_held() -> None:
    (awaited,) = judged(started(), today=60)
    assert (awaited.awaited, len(awaited.never_held)) == (True, 3)


def test_a_late_review_makes_up_for_one_and_not_for_those_that_passed_meanwhile() -> None:
    first, _ = judged(started().held(58), today=58)
    assert (first.days_late, len(first.never_held)) == (44, 3)


def test_a_review_far_out_does_not_take_the_cadence_away() -> None:
    (_, far) = judged(started().held(14).due(234, on=14), today=100)
    assert (far.far_away, far.due_on, far.first_on) == (True, day(234), day(28))
    assert (far.expected, len(far.never_held), far.is_missing) == (6, 5, True)


def test_a_review_before_its_day_is_one_that_was_expected() -> None:
    first, second, _ = judged(started().held(10).due(24, on=10).held(24).due(38, on=24), today=25)
    assert [first.days_late, second.days_late] == [0, 0]
    assert [first.expected, second.expected] == [1, 1]
    assert first.never_held == second.never_held == ()


def test_a_review_typed_in_late_is_judged_by_its_own_day_and_tells_how_late_it_was_recorded() -> None:
    steps = started().held(43).due(57, on=43).held(14, recorded=50)
    first, second, ahead = judged(steps, today=51)
    assert first.held is not None
    assert (first.held.on, first.held.recorded_after, first.days_late) == (day(14), 36, 0)
    assert (second.due_on, second.days_late, second.never_held) == (day(28), 15, (day(42),))
    assert ahead.due_on == day(57)


def test_a_goal_that_was_opened_again_begins_anew() -> None:
    steps = started().ended(16).begun(30).due(44, on=30)
    never, ahead = judged(steps, today=40)
    assert (never.never_held, ahead.due_on, ahead.never_held) == ((day(14),), day(44), ())


def test_the_days_between_reviews_are_those_of_the_review_before() -> None:
    steps = started().held(14).due(21, on=14).ended(30)
    _, never = expected_reviews(steps, lambda on, _: 7 if on >= day(14) else FORTNIGHT, day(40))
    assert never.never_held == (day(21), day(28))


def test_a_goal_that_is_over_before_its_first_review_was_due_has_none() -> None:
    assert judged(started().ended(5), today=40) == []
