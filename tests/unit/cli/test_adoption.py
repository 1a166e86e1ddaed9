"""What is told before a log is adopted."""

import pytest

from events.log.anchor import BEGINNING
from services.cli.adoption import Adoption, print_plan
from services.node.other_log import OfAnotherLog


def test_what_only_a_goals_service_misses_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    adoption = Adoption("CAIRN_LOG", 5, (), None, BEGINNING, acknowledged=9)

    print_plan([adoption])

    told = capsys.readouterr().out
    assert "To a goals service CAIRN_LOG had acknowledged events up to position 9. The log ends at position 5" in told
    assert "seen by no projection: at least 4 events" in told
    assert "If a backup has what is lost here, do not adopt" in told
    assert "Up to which position it is the same log is not known" in told
    assert "built anew" not in told


@pytest.mark.parametrize(("projected", "head", "unseen"), [(7, 5, 2), (9, 5, 0), (7, 12, 0)])
def test_what_a_projection_has_seen_is_told_by_the_audit_trail(projected: int, head: int, unseen: int) -> None:
    seen = OfAnotherLog("goal_state", "CAIRN_LOG", projected, head)
    assert Adoption("CAIRN_LOG", head, (seen,), None, BEGINNING, acknowledged=9).unseen == unseen
