r"""The escapes of FHIR search values: `\,`, `\|`, `\$` and `\\` (FHIR R4 3.1.1.4.0.1)."""

import re

_ESCAPED = re.compile(r"\\([\\,|$])")


def split_unescaped(value: str, separator: str) -> list[str]:
    """The parts of a value between separators that are not escaped, each as it was written."""
    parts = [""]
    escaped = False
    for character in value:
        if character == separator and not escaped:
            parts.append("")
            continue
        parts[-1] += character
        escaped = character == "\\" and not escaped
    return parts


def unescaped(value: str) -> str:
    """What a part means."""
    return _ESCAPED.sub(r"\1", value)


def escaped(value: str) -> str:
    """A text as a part of a search value."""
    return re.sub(r"([\\,|$])", r"\\\1", value)
