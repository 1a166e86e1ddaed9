"""What events add up to does not change unnoticed: snapshots and projections keep it under the version of the fold."""

import json

from events.catalog import TYPES
from tests.contract.events.golden import GOLDEN_FILE, golden, history

_WRITE = "write the golden states anew with `python -m tests.contract.events.golden`"


def test_every_event_type_is_in_the_golden_history() -> None:
    missing = set(TYPES) - {each.type_name for each in history()}
    assert not missing, f"add {sorted(missing)} to tests/contract/events/golden.py, and {_WRITE}"


def test_the_fold_changes_only_with_its_version() -> None:
    kept, now = json.loads(GOLDEN_FILE.read_text()), golden()
    changed = [goal_id for goal_id, state in now["states"].items() if kept["states"].get(goal_id, state) != state]
    if changed:
        versions = ("goal_fold", "plan_fold")
        assert [kept[each] for each in versions] != [now[each] for each in versions], (
            f"{changed} fold to other states: raise FOLD_VERSION and the projections' versions, and {_WRITE}"
        )


def test_the_golden_states_are_those_of_the_present_fold() -> None:
    assert json.loads(GOLDEN_FILE.read_text()) == golden(), (
        f"the fold's version was raised or the history grew: {_WRITE}"
    )
