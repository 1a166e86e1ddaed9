"""Content types of what is sent to Cairn, and the mark that some systems put before a text."""

import codecs

_JSON = frozenset({"application/json", "text/json"})


def media_type(content_type: str) -> str:
    """The media type of a Content-Type: without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """Whether a Content-Type says JSON: `application/json`, `text/json`, or a type with the suffix `+json`."""
    if content_type == "application/json":  # nearly always, and quick
        return True
    media = media_type(content_type)
    return media in _JSON or media.endswith("+json")


def without_byte_order_mark(body: bytes) -> bytes:
    """The body without the UTF-8 byte order mark with which Windows begins texts; JSON has none (RFC 8259, 8.1)."""
    return body.removeprefix(codecs.BOM_UTF8)
