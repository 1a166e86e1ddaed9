"""From a method and a path to the operation: a tree of the table's templates, walked segment by segment.

An address is that of the template which writes out more of it: `…/Goal/_search` is no goal with the id `_search`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from services.gateway.access.operations import Operation

MAX_REMEMBERED_PATHS = 2048
"""Of how many paths it is remembered what is there."""


class Matched(NamedTuple):
    """What is at an address.

    Attributes:
        operation: The operation; None where the address does not take the method.
        named: What the path names, such as `org`, by the names of the template.
        methods: The methods that the address takes.
    """

    operation: Operation | None
    named: Mapping[str, str]
    methods: frozenset[str]


@dataclass(slots=True)
class _Node:
    written: "dict[str, _Node]" = field(default_factory=dict)
    open: "_Node | None" = None
    tail: "_Node | None" = None
    """What takes all segments that are left."""
    operations: dict[str, tuple[Operation, tuple[str, ...]]] = field(default_factory=dict)
    """By method, each with the names of what its template leaves open."""


class OperationTree:
    """Finds the operation of a request among those of a table.

    Attributes:
        find: The operation of a method and a path, decoded once as ASGI has it; None where nothing is at the address.
    """

    def __init__(self, operations: Iterable[Operation]):
        self._root = _Node()
        for operation in operations:
            self._add(operation)
        # To find it again costs a dictionary's look: what is read now is mostly what was read a moment ago.
        self.find = lru_cache(MAX_REMEMBERED_PATHS)(self._find)

    def _find(self, method: str, path: str) -> Matched | None:
        first, *segments = path.split("/")
        if first or not segments:
            return None
        for node, given in _reached(self._root, segments, ()):
            if not node.operations:
                continue
            operation, names = node.operations.get(method, (None, ()))
            named = MappingProxyType(dict(zip(names, given, strict=True)) if operation else {})
            return Matched(operation, named, frozenset(node.operations))
        return None

    def _add(self, operation: Operation) -> None:
        node, names = self._root, []
        *way, last = operation.path.split("/")[1:]
        for segment in way if operation.tail else (*way, last):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.open = node = node.open or _Node()
            else:
                node = node.written.setdefault(segment, _Node())
        if operation.tail:
            names.append(last[1:-1])
            node.tail = node = node.tail or _Node()
        node.operations[operation.method] = (operation, tuple(names))


def _reached(node: _Node, segments: list[str], given: tuple[str, ...]) -> "list[tuple[_Node, tuple[str, ...]]]":
    """Every node that the segments lead to, with the segments that stand where a template is open."""
    if not segments:
        return [(node, given)]
    segment, rest = segments[0], segments[1:]
    found = []
    if (written := node.written.get(segment)) is not None:
        found += _reached(written, rest, given)
    if node.open is not None and segment:
        found += _reached(node.open, rest, (*given, segment))
    if node.tail is not None and all(segments):
        found.append((node.tail, (*given, "/".join(segments))))
    return found
