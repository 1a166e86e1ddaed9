"""The entries of a goal's diary: an immutable sequence that takes one more at the same cost, however long it is.

A diary grows every day. Its entries are kept in groups, which the next state of the goal shares with the one before, so
that an entry that is added, corrected or withdrawn costs its own group and no other. Whoever keeps many goals packs the
groups that are full. Which motivations they tell, and which ids they do not have, can be told without unpacking.
"""

import zlib
from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from operator import attrgetter
from struct import Struct
from typing import Any, NamedTuple, overload

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from events.vocabulary import Actor, Value

_FULL_GROUP_ENTRIES = 32
"""How many entries a full group has. A larger one takes less memory, and more time when one of its entries is read."""
_ZLIB_LEVEL = 1
"""It gains nearly as much as the others, in a third of the time."""
_RATING = Struct("<IIB")
_MARK = Struct("<I")
_NO_MARKS = array("I")
_ID = attrgetter("entry")


class ProgressEntry(Value):
    """A daily entry with its corrections applied.

    `version` is that of the event that logged it. `setback_version` is that of the event that told of its setback, the
    entry itself or a correction: from then on the setback was known. It is None where the entry tells of none.
    """

    entry: str
    version: int
    on: date
    actor: Actor
    done: bool | None = None
    value: int | float | None = None
    level: int | None = None
    mood: int | None = None
    motivation: int | None = None
    note: str | None = None
    setback: bool | None = None
    setback_version: int | None = None
    corrected: bool = False

    @property
    def says_something(self) -> bool:
        """Whether the entry says anything at all about its day."""
        values = (self.done, self.value, self.level, self.mood, self.motivation, self.note, self.setback)
        return any(each is not None for each in values)


class Rating(NamedTuple):
    """The motivation that an entry tells, with the day and the version of the entry, by which ratings are ordered."""

    on: date
    version: int
    motivation: int


class PackedEntries(NamedTuple):
    """A group of entries in a tenth of the memory.

    Attributes:
        marks: Four bytes for each id. An id whose four bytes are not among them is not among the entries.
        ratings: Day, version and motivation of each entry that tells its motivation, in the order of ratings.
        entries: The entries as compressed JSON.
    """

    marks: bytes
    ratings: bytes
    entries: bytes


_Plain = tuple[ProgressEntry, ...]
_JSON: TypeAdapter[_Plain] = TypeAdapter(_Plain)
Change = Callable[[ProgressEntry], ProgressEntry | None]
"""From an entry to what takes its place; None where nothing does."""


class Entries(Sequence[ProgressEntry]):
    """Entries in the order in which they were logged; equal to any other sequence of the same entries."""

    __slots__ = ("_full", "_last", "_last_marks", "_marks", "_packed", "latest_rating")

    _packed: tuple[PackedEntries, ...]
    """The first groups; only :meth:`packed` packs."""
    _marks: "array[int]"
    """The marks of all packed entries, sorted. An array is never changed; another one takes its place."""
    _full: tuple[_Plain, ...]
    """The groups behind those."""
    _last: _Plain
    """The entries behind the last full group."""
    _last_marks: bytes
    """The marks of those, side by side: to look at each entry for its id would take a tenth of a whole submission."""
    latest_rating: Rating | None
    """The last one in the order of ratings; None where no entry tells its motivation."""

    def __init__(self, entries: Iterable[ProgressEntry] = ()):
        given = tuple(entries)
        last = max(0, len(given) - 1) // _FULL_GROUP_ENTRIES * _FULL_GROUP_ENTRIES
        self._packed, self._marks = (), _NO_MARKS
        self._full = tuple(
            [given[start : start + _FULL_GROUP_ENTRIES] for start in range(0, last, _FULL_GROUP_ENTRIES)]
        )
        self._last = given[last:]
        self._last_marks = _marks_of(self._last)
        self.latest_rating = max(_ratings(given), default=None)

    @classmethod
    def of(cls, entries: Sequence[ProgressEntry]) -> "Entries":
        """The same entries as this kind of sequence."""
        return entries if isinstance(entries, cls) else cls(entries)

    @classmethod
    def joined(cls, packed: Iterable[PackedEntries], others: Iterable[ProgressEntry]) -> "Entries":
        """The entries that :attr:`parts` has taken apart."""
        return _joined(tuple(packed), (), tuple(others))

    @property
    def parts(self) -> tuple[Sequence[PackedEntries], Sequence[ProgressEntry]]:
        """The entries in packed groups, and those that come behind them."""
        return (*self._packed, *map(_pack, self._full)), self._last

    @property
    def unpacked(self) -> Sequence[ProgressEntry]:
        """The last entries, of which there are not yet enough for a group."""
        return self._last

    @property
    def ratings(self) -> Iterator[Rating]:
        """The motivations that entries tell, in no order."""
        return chain(
            (_rating(told) for group in self._packed for told in _RATING.iter_unpack(group.ratings)),
            (rating for group in (*self._full, self._last) for rating in _ratings(group)),
        )

    def with_one(self, entry: ProgressEntry) -> "Entries":
        """These, and one more that was logged after them."""
        latest, told = self.latest_rating, entry.motivation
        if told is not None and (latest is None or (entry.on, entry.version) > latest[:2]):
            latest = Rating(entry.on, entry.version, told)
        full, last = self._full, self._last
        if len(last) < _FULL_GROUP_ENTRIES:
            marks = self._last_marks + _MARK.pack(_mark(entry.entry))
            return _made(self._packed, self._marks, full, (*last, entry), marks, latest)
        return _made(self._packed, self._marks, (*full, last), (entry,), _marks_of((entry,)), latest)

    def named(self, entry: str) -> list[ProgressEntry]:
        """The entries with an id: one, or none, unless the log has an event that no rule has let in."""
        mark = _mark(entry)
        last = (self._last,) if _MARK.pack(mark) in self._last_marks else ()
        packed = self._packed_with(mark)
        if not (packed or last or self._full):  # as it is for nearly every new entry
            return []
        groups = (*map(_unpack, packed), *self._full, *last)
        found = [group for group in groups if entry in map(_ID, group)]  # is quicker than to ask each in Python
        return [each for group in found for each in group if each.entry == entry]

    def changed(self, entry: str, change: Change) -> "Entries":
        """The same, with what a change makes of the entries with an id."""

        def after(group: _Plain) -> _Plain:
            changed = (change(each) if each.entry == entry else each for each in group)
            return tuple([each for each in changed if each is not None])

        packed = list(self._packed)
        for group in self._packed_with(_mark(entry)):
            place = packed.index(group)
            left = after(_unpack(group))
            packed[place : place + 1] = [_pack(left)] if left else []
        return _joined(tuple(packed), tuple(filter(None, map(after, self._full))), after(self._last))

    def packed(self) -> "Entries":
        """The same entries in less memory, those of the last days as they are."""
        if not self._full:
            return self
        groups, _ = self.parts
        marks = self._marks[:]
        for group in groups[len(self._packed) :]:
            for (mark,) in _MARK.iter_unpack(group.marks):
                insort(marks, mark)
        return _made(tuple(groups), marks, (), self._last, self._last_marks, self.latest_rating)

    def __len__(self) -> int:
        return len(self._marks) + sum(map(len, self._full)) + len(self._last)

    def __iter__(self) -> Iterator[ProgressEntry]:
        return chain.from_iterable(chain(map(_unpack, self._packed), self._full, (self._last,)))

    @overload
    def __getitem__(self, index: int) -> ProgressEntry: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[ProgressEntry]: ...

    def __getitem__(self, index: int | slice) -> ProgressEntry | Sequence[ProgressEntry]:
        return tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __deepcopy__(self, memo: object) -> "Entries":
        return self  # pydantic copies the default of a field

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # pydantic's own
        listed = handler.generate_schema(_Plain)
        read = core_schema.no_info_after_validator_function(cls, listed)
        return core_schema.json_or_python_schema(
            json_schema=read,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), read]),
            serialization=core_schema.plain_serializer_function_ser_schema(tuple, return_schema=listed),
        )

    def _packed_with(self, mark: int) -> list[PackedEntries]:
        """The packed groups that may have an entry with an id of this mark."""
        if not self._packed:
            return []
        place = bisect_left(self._marks, mark)
        if place == len(self._marks) or self._marks[place] != mark:
            return []
        return [group for group in self._packed if _MARK.pack(mark) in group.marks]


def _made(
    packed: tuple[PackedEntries, ...],
    marks: "array[int]",
    full: tuple[_Plain, ...],
    last: _Plain,
    last_marks: bytes,
    latest_rating: Rating | None,
) -> Entries:
    made = object.__new__(Entries)
    made._packed, made._marks, made._full, made._last, made._last_marks = packed, marks, full, last, last_marks
    made.latest_rating = latest_rating
    return made


def _joined(packed: tuple[PackedEntries, ...], full: tuple[_Plain, ...], last: _Plain) -> Entries:
    marks = array("I", sorted(mark for group in packed for (mark,) in _MARK.iter_unpack(group.marks)))
    latest = (_rating(_RATING.unpack(group.ratings[-_RATING.size :])) for group in packed if group.ratings)
    plain = (rating for group in (*full, last) for rating in _ratings(group))
    return _made(packed, marks, full, last, _marks_of(last), max(chain(latest, plain), default=None))


def _pack(group: _Plain) -> PackedEntries:
    return PackedEntries(
        _marks_of(group),
        b"".join([_RATING.pack(on.toordinal(), version, told) for on, version, told in sorted(_ratings(group))]),
        zlib.compress(_JSON.dump_json(group, exclude_defaults=True), _ZLIB_LEVEL),
    )


def _unpack(group: PackedEntries) -> _Plain:
    return _JSON.validate_json(zlib.decompress(group.entries))


def _ratings(group: Iterable[ProgressEntry]) -> Iterator[Rating]:
    return (Rating(each.on, each.version, each.motivation) for each in group if each.motivation is not None)


def _rating(told: tuple[int, ...]) -> Rating:
    on, version, motivation = told
    return Rating(date.fromordinal(on), version, motivation)


def _marks_of(group: Iterable[ProgressEntry]) -> bytes:
    return b"".join([_MARK.pack(_mark(each.entry)) for each in group])


def _mark(entry: str) -> int:
    return zlib.crc32(entry.encode())
