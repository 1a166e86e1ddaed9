"""Which version of a FHIR resource is the newest, whatever the order in which the versions stand in files."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import NamedTuple, TypeVar

from events.instants import read_instant
from services.fhir.incoming.concepts import real_date
from services.fhir.incoming.documents import Found
from services.fhir.incoming.refusal import Json

VERSION, UPDATED = "fhirversion", "fhirupdated"
"""The CloudEvents extension attributes under which an event keeps `meta.versionId` and `meta.lastUpdated`."""
_VERSION = re.compile(r"[A-Za-z0-9.\-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_ETAG = re.compile(r'(?:W/)?"(?P<version>[^"]*)"')


class VersionMark(NamedTuple):
    """What a resource says about its version: `meta.versionId` and `meta.lastUpdated`, None where it does not."""

    version: str | None = None
    updated: datetime | None = None

    def attributes(self) -> dict[str, str]:
        """The mark as extension attributes of an event."""
        attributes = {VERSION: self.version, UPDATED: self.updated.isoformat() if self.updated else None}
        return {name: value for name, value in attributes.items() if value}

    @property
    def name(self) -> str:
        """How a person tells it from others: `version 2`, else the time of its update."""
        if self.version:
            return f"version {self.version}"
        return f"the version of {self.updated.isoformat()}" if self.updated else "another version"


class Versioned(NamedTuple):
    """The place of a version among others: its mark, and whether later entries of its file are older ones."""

    mark: VersionMark
    newest_first: bool = False


Item = TypeVar("Item")


def mark_of(found: Found) -> VersionMark:
    """The mark of a resource: its `meta`, else the `response` of its bundle entry (`etag`, `lastModified`)."""
    meta = found.resource.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    response: Json = found.response or {}
    etag = response.get("etag")
    tagged = _ETAG.fullmatch(etag) if isinstance(etag, str) else None
    version = meta.get("versionId") or (tagged["version"] if tagged else None)
    return VersionMark(
        version if isinstance(version, str) and _VERSION.fullmatch(version) else None,
        _instant(meta.get("lastUpdated") or response.get("lastModified")),
    )


def mark_in(attributes: Mapping[str, object]) -> VersionMark:
    """The mark that an event carries, see :meth:`VersionMark.attributes`."""
    version = attributes.get(VERSION)
    return VersionMark(version if isinstance(version, str) else None, _instant(attributes.get(UPDATED)))


def is_newer(one: VersionMark, other: VersionMark) -> bool | None:
    """Whether one version is newer than another: by versionId, else by lastUpdated; None when neither tells."""
    numbers = [int(each.version) for each in (one, other) if each.version and _NUMBER.fullmatch(each.version)]
    if len(numbers) == 2 and numbers[0] != numbers[1]:
        return numbers[0] > numbers[1]
    if one.updated is not None and other.updated is not None:
        return one.updated > other.updated
    return False if len(numbers) == 2 else None


def newest(versions: Sequence[tuple[Item, Versioned]]) -> Item:
    """The newest of one or more versions, in the order of the files.

    Where nothing tells, the later one in the files is the newer; in a bundle of type history the earlier one is.
    """

    def newer(best: tuple[Item, Versioned], other: tuple[Item, Versioned]) -> tuple[Item, Versioned]:
        later = is_newer(other[1].mark, best[1].mark)
        if later is None:
            later = not other[1].newest_first
        return other if later else best

    return reduce(newer, versions)[0]


def _instant(stated: object) -> datetime | None:
    try:
        instant = read_instant(stated) if isinstance(stated, str) else None
        known = instant is not None and instant.tzinfo is not None and real_date(instant) is not None
        return instant.astimezone(UTC) if instant is not None and known else None
    except OverflowError:
        return None
