"""The form of the Audit page: what was filled in, what the audit is asked for it, and what cannot be asked for.

Days are those of the clinic's time zone, and the last one counts whole. An empty field asks for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode

from pydantic import ValidationError

from services.gateway.parameters import Audit

DAYS = ("happened_since", "happened_until", "since", "until")
"""The fields that are days, as the audit calls them: when it happened, and when it was recorded."""
FIELDS = ("patient", "goal", "type", "actor", "role", *DAYS)
"""The fields of the form."""
EVENTS_PER_PAGE = 50
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for.

    Attributes:
        given: What was filled in, by field.
        asked: What the audit is asked for; None where something that was filled in cannot be asked for.
        wrong: The fields with something that cannot be asked for.
    """

    given: Mapping[str, str]
    asked: Audit | None
    wrong: Sequence[str] = ()

    @property
    def query(self) -> str:
        """What was filled in, as it stands in the address of the page."""
        return urlencode(self.given)

    def api_query(self, form: str) -> str:
        """The parameters by which the API answers with the same list.

        Args:
            form: `json` or `csv`.
        """
        asked = (self.asked or Audit()).model_dump(mode="json", include=set(FIELDS), exclude_none=True)
        return urlencode({**asked, "order": "newest", "format": form})


def searched(fields: Mapping[str, str], zone: tzinfo) -> Search:
    """What the fields of the form ask for; others are passed over.

    Args:
        fields: From the address of the page.
        zone: The clinic's time zone.
    """
    given = {name: value for name in FIELDS if (value := fields.get(name, "").strip())}
    asked: dict[str, object] = dict(given)
    wrong = []
    for name in DAYS:
        if name in given:
            instant = _instant(given[name], zone, end=name.endswith("until"))
            if instant is None:
                wrong.append(name)
            asked[name] = instant
    more = {"order": "newest", "count": True, "limit": EVENTS_PER_PAGE, "cursor": fields.get("cursor") or None}
    try:
        found = Audit.model_validate({**asked, **more})
    except ValidationError as error:
        wrong += [str(each["loc"][0]) for each in error.errors()]
    return Search(given, None, tuple(dict.fromkeys(wrong))) if wrong else Search(given, found)


def _instant(day: str, zone: tzinfo, *, end: bool) -> datetime | None:
    """When a day begins, or when it has ended; None when it is no day."""
    try:
        beginning = date.fromisoformat(day) + (_ONE_DAY if end else timedelta())
        return datetime.combine(beginning, time(), zone)
    except (ValueError, OverflowError):
        return None
