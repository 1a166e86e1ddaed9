"""docs/access.md: its tables are those of the policy."""

from pathlib import Path

from services.access.policy import GRANTS, READINGS
from services.access.policy_page import with_policy

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text(encoding="utf-8")


def test_the_page_is_as_the_policy_says() -> None:
    assert with_policy(PAGE) == PAGE, "run `make access`"


def test_every_role_and_every_kind_of_reading_has_a_row() -> None:
    assert all(PAGE.count(f"\n| {name} |") == 1 for name in (*GRANTS, *READINGS))
