"""From the sheets of talks to a PDF: the very HTML and CSS of the page, laid out by WeasyPrint.

It is tagged (PDF/UA-1), so that readers of screens follow it, names its language and its title, and has its fonts
inside. WeasyPrint is an extra of Cairn's, and takes the system's Pango; both are asked for when somebody wants a PDF.
"""

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from events.errors import CairnError
from services.gateway.pages.session.sheet_size import Paper
from services.gateway.pages.static_files import static_files

if TYPE_CHECKING:
    from weasyprint import HTML

_BASE = "https://cairn.invalid/"
"""Where the document is, so that the address of a static file becomes one that is ours, and nothing else does."""
_LOG = logging.getLogger("weasyprint")
_SVG = "{http://www.w3.org/2000/svg}"
_VARIABLE = re.compile(r"var\((--[a-z-]+)\)")


class PdfUnavailable(CairnError):
    """No PDF can be made here, or of this page; the message says what to do."""


def pdf_of(html: str, paper: Paper) -> bytes:
    """The PDF of a whole HTML document that names its language and its title.

    Raises:
        PdfUnavailable: WeasyPrint or the system's Pango is missing.
        ValueError: the document asks for something that is none of Cairn's static files.
    """
    weasyprint = _weasyprint()
    _LOG.setLevel(logging.ERROR)  # It warns of each property that is for browsers alone.
    document: HTML = weasyprint.HTML(string=html, base_url=_BASE, url_fetcher=_our_files(weasyprint))
    _paint_pictures(document.etree_element)
    page = weasyprint.CSS(string=f"@page {{ size: {paper} }}")
    try:
        made: bytes = document.write_pdf(stylesheets=[page], pdf_variant="pdf/ua-1")
    except weasyprint.urls.FatalURLFetchingError as error:  # which is no Exception
        raise ValueError(str(error)) from None
    except Exception as error:  # noqa: BLE001 - layout fails on what its authors have not thought of, in many ways
        raise PdfUnavailable(
            f"This page could not be set as a PDF (WeasyPrint: {type(error).__name__}). Any browser prints it; shorter"
            " texts may help."
        ) from None
    return made


def check_available() -> None:
    """See whether a PDF can be made here.

    Raises:
        PdfUnavailable: WeasyPrint or the system's Pango is missing.
    """
    _weasyprint()


def _weasyprint() -> Any:  # a module that need not be there
    try:
        import weasyprint  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise PdfUnavailable(
            "A PDF needs WeasyPrint, which is not installed here: pip install 'cairn[pdf]'. The page itself can be"
            " printed by any browser without it."
        ) from None
    except OSError:
        raise PdfUnavailable(
            "A PDF needs Pango, which this machine does not have (Debian, Ubuntu: apt-get install libpango-1.0-0"
            " libpangoft2-1.0-0 libharfbuzz-subset0; macOS: brew install pango). The page itself can be printed by any"
            " browser without it."
        ) from None
    return weasyprint


def _our_files(weasyprint: Any) -> Any:  # a class that is made of one that need not be there
    by_address = {f"{_BASE.rstrip('/')}{file.address}": file for file in static_files().values()}

    class OurFiles(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        """Gives out Cairn's static files, and nothing from anywhere."""

        def fetch(self, url: str, headers: object = None) -> Any:
            file = by_address.get(url)
            if file is None:
                raise weasyprint.urls.FatalURLFetchingError(f"A page asks for {url[:200]}, which is none of its files.")
            return weasyprint.urls.URLFetcherResponse(url, file.content, {"Content-Type": file.media_type})

    return OurFiles()


def _paint_pictures(root: ElementTree.Element) -> None:
    """Give each picture the rules of the stylesheet that paint it: to WeasyPrint a picture is a document of its own."""
    rules = painting_rules(static_files()["style.css"].content.decode())
    for picture in root.iter(f"{_SVG}svg"):
        style = ElementTree.Element(f"{_SVG}style")
        style.text = rules
        picture.insert(0, style)


def painting_rules(stylesheet: str) -> str:
    """The rules of a stylesheet by which pictures are painted on paper, each colour in the place of its variable."""
    import tinycss2  # noqa: PLC0415 - it comes with WeasyPrint

    rules = tinycss2.parse_stylesheet(stylesheet, skip_comments=True, skip_whitespace=True)
    colours = dict(_variables(tinycss2, rules))
    found = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selector = tinycss2.serialize(rule.prelude).strip()
            declared = tinycss2.serialize(rule.content).strip()
            if re.search(r"(^|[;\s])(fill|stroke)\s*:", declared) and " " not in selector.replace(", ", ","):
                found.append(f"{selector} {{ {_VARIABLE.sub(lambda name: colours[name[1]], declared)} }}")
    return "\n".join(found)


def _variables(tinycss2: Any, rules: Any) -> Iterator[tuple[str, str]]:  # Any: as above
    """The variables as they are on paper: those of every medium first, then those of print."""
    for rule in rules:
        if rule.type == "qualified-rule" and tinycss2.serialize(rule.prelude).strip() == ":root":
            yield from _declared(tinycss2, rule.content)
        elif rule.type == "at-rule" and rule.at_keyword == "media" and "print" in tinycss2.serialize(rule.prelude):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            yield from _variables(tinycss2, inner)


def _declared(tinycss2: Any, content: Any) -> Iterator[tuple[str, str]]:  # Any: as above
    for each in tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True):
        if each.type == "declaration" and each.name.startswith("--"):
            yield each.name, tinycss2.serialize(each.value).strip()
