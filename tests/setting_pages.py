"""WeasyPrint, imported where that is possible: it takes a third of a second, and each export of a history needs it."""

from contextlib import suppress

with suppress(ImportError, OSError):  # an extra, which needs the system's Pango
    import weasyprint  # noqa: F401
