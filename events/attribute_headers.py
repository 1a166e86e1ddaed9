"""CloudEvents attributes as headers of HTTP and NATS: how a value is written, and what a header may not be.

The HTTP protocol binding (CloudEvents 1.0.2, section 3.1.3.2) percent-encodes what is not printable ASCII, the space,
the quote and the percent sign. It asks readers to take double-quoted strings as well, which older senders write.
A header knows only texts, so the types of extension attributes that are none travel in a header of their own.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, unquote_to_bytes

from events.errors import FieldError, Rejected

PREFIX = "ce-"
EXTENSION_TYPES = "cairn-extension-types"
"""The header that names the extension attributes that are no texts, such as `sampled:boolean rank:integer`."""

Extension = str | bool | int
"""The value of an extension attribute: a CloudEvents String, Boolean or Integer."""

_NEEDS_QUOTING = re.compile(r"[^\x21\x23\x24\x26-\x7e]")
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
_REPLACED = "\ufffd"
"""What stands in a header in place of bytes that are not UTF-8."""


class OddHeaders(dict[str, str]):
    """The headers of a message that are not written as `name: value`, each name once, in UTF-8.

    They are read as far as they can be; the last value of each name is kept.

    Attributes:
        block: The whole block as it came.
        doubled: The names that are there more than once.
    """

    def __init__(self, pairs: list[tuple[str, str]], block: bytes):
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.block = block
        self.doubled = tuple(name for name in self if names.count(name) > 1)


def by_lower_case_name(headers: Mapping[str, str] | None) -> dict[str, str]:
    """The headers by their names in lower case.

    Args:
        headers: Of NATS or HTTP, names in any case. Those of Starlette give each pair that came.

    Raises:
        Rejected: `event.invalid`, when an attribute or the content type is there twice: nothing says which one counts.
    """
    found: dict[str, str] = {}
    twice = {name.lower() for name in headers.doubled} if isinstance(headers, OddHeaders) else set()
    for name, value in (headers or {}).items():
        lower = name.lower()
        if lower in found:
            twice.add(lower)
        found[lower] = value
    if not twice:
        return found
    wrong = sorted(name for name in twice if name.startswith(PREFIX) or name == "content-type")
    if wrong:
        errors = tuple(
            FieldError(name.removeprefix(PREFIX), f"The header {name} is there more than once.") for name in wrong
        )
        raise Rejected("event.invalid", f"The event's envelope is not right. {errors[0].detail}", errors)
    return found


def read_attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The attributes that headers carry, decoded; those without a value are left out, as if they were not there.

    Args:
        headers: By their names in lower case.

    Raises:
        Rejected: `event.invalid`, naming each header that cannot be decoded.
    """
    attributes: dict[str, str] = {}
    wrong: list[FieldError] = []
    for name, value in headers.items():
        if name.startswith(PREFIX):
            attribute = name[len(PREFIX) :]
            try:
                attributes[attribute] = decode_value(value)
            except ValueError as error:
                wrong.append(FieldError(attribute, f"The header {name} cannot be decoded: {error}."))
    if wrong:
        raise Rejected("event.invalid", f"The event's envelope is not right. {wrong[0].detail}", tuple(wrong))
    return attributes


def encode_value(value: str) -> str:
    """An attribute's value as a header carries it."""
    return quote(value, safe=_SAFE) if _NEEDS_QUOTING.search(value) else value


def decode_value(value: str) -> str:
    """An attribute's value out of a header that anyone may have written.

    Raises:
        ValueError: a quoted string does not end, or the bytes are not UTF-8.
    """
    if '"' in value:
        value = _without_quotes(value)
    if _REPLACED in value:
        raise ValueError("its bytes are not UTF-8")
    if "%" not in value:
        return value
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        raise ValueError("its percent-encoded bytes are not UTF-8") from None


def decode_stored(value: str) -> str:
    """An attribute's value out of a header that :func:`encode_value` has written."""
    return unquote(value) if "%" in value else value


def extension_headers(extensions: Mapping[str, Extension]) -> dict[str, str]:
    """Extension attributes as headers; an empty one is left out.

    libnats 3.4.1 loses the header that comes after an empty one.
    """
    headers = {f"{PREFIX}{name}": encode_value(_text(value)) for name, value in extensions.items() if value != ""}
    types = [f"{name}:{_type(value)}" for name, value in extensions.items() if not isinstance(value, str)]
    return {**headers, EXTENSION_TYPES: " ".join(types)} if types else headers


def typed_extensions(texts: Mapping[str, str], types: str) -> dict[str, Extension]:
    """Extension attributes as they were offered.

    Args:
        texts: Their values, decoded.
        types: The value of the header :data:`EXTENSION_TYPES`.

    Raises:
        ValueError: a value is not of the type that is named.
    """
    typed: dict[str, Extension] = dict(texts)
    for each in types.split():
        name, _, type_ = each.partition(":")
        if name in texts:
            typed[name] = texts[name] == "true" if type_ == "boolean" else int(texts[name])
    return typed


def _text(value: Extension) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(value: Extension) -> str:
    return "boolean" if isinstance(value, bool) else "integer"


def _without_quotes(value: str) -> str:
    """The value with its double-quoted strings unescaped (RFC 7230, section 3.2.6)."""
    read: list[str] = []
    quoted = False
    characters = iter(value)
    for character in characters:
        if character == '"':
            quoted = not quoted
        elif character == "\\" and quoted:
            read.append(next(characters, ""))
        else:
            read.append(character)
    if quoted:
        raise ValueError("a quoted string does not end")
    return "".join(read)
