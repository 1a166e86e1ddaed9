"""The time zones of clinics, out of the locked `tzdata` wheel and of nothing else.

Python asks the machine's own files before the wheel (`zoneinfo.TZPATH`), and those may be years old: Debian 12 has
release 2025b, by which Vancouver, Edmonton, Winnipeg, Havana, Casablanca and others are an hour off since 2026. A
review would then be due on another day from machine to machine. So nothing else in the house imports `zoneinfo`.

Days on which reviews are due are recorded as days. A later release moves the instant at which such a day begins, and
which day it is now, but none of the days.
"""

from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

UTC_ZONE = "UTC"
_NO_PLACES = frozenset({"Factory", "localtime"})
"""What lists have among the zones: that of a machine that nobody has set up, and that of whichever machine it is."""
_RELEASED = {"2026.6": date(2026, 10, 28)}
"""When the locked wheel was released. `make lock` may change the wheel; a test then asks for its date."""
_OLD = timedelta(days=365)


def is_time_zone(name: str) -> bool:
    """Whether a plan may have the zone: one of the IANA database that is a place's."""
    return name in _names()


@cache
def time_zone(name: str) -> ZoneInfo:
    """The zone of a plan.

    A name that the wheel does not know is UTC: it was recorded under an earlier release, and has been taken out since,
    as US/Pacific-New was in 2020b. What was recorded must stay readable.
    """
    known = name if name in _names() else UTC_ZONE
    with files("tzdata").joinpath("zoneinfo", *known.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def release() -> str:
    """The version of the wheel: year and number of the release of the IANA database, such as 2026.6 for 2026f."""
    return version("tzdata")


def released_on(release: str) -> date:
    """The day of a release; of one that is not known here the first of its year, as it cannot be older."""
    return _RELEASED.get(release) or date(int(release.partition(".")[0]), 1, 1)


def outdated(release: str, today: date) -> str | None:
    """What an operator should know of a wheel that is a year old; None of a younger one."""
    released = released_on(release)
    if today - released < _OLD:
        return None
    return (
        f"The time zone data (tzdata {release}) is of {released}, a year old or more: in zones that have changed since,"
        " reviews are due an hour early or late, or on another day. Bring Cairn up to date, or install a newer tzdata."
    )


@cache
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()) - _NO_PLACES
