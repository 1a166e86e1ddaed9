"""The documentation page: the OpenAPI description as one page of HTML, without a script and without anything that comes
from elsewhere. Whoever wants to try requests loads /openapi.json into a client.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
summary { cursor: pointer; padding: .3rem 0; }
details { border-bottom: 1px solid #ddd; }
details > div { padding: 0 1rem 1rem; }
code, b { font-family: ui-monospace, monospace; }
table { border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; }
"""
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser may do for the page: show it in its own style, and nothing else."""

# Any below: an OpenAPI document is JSON.


def docs_page(document: dict[str, Any]) -> str:
    """An OpenAPI document as a page of HTML."""
    info = document["info"]
    return "".join(
        (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>',
            f"<style>{_STYLE}</style></head><body>",
            f"<h1>{escape(info['title'])}</h1>{_text(info.get('description', ''))}",
            '<p>The same for programs: <a href="openapi.json">openapi.json</a>.</p>',
            *(part for tag in document["tags"] for part in _tagged(document["paths"], tag)),
            "</body></html>",
        )
    )


def _tagged(paths: dict[str, Any], tag: dict[str, str]) -> Iterator[str]:
    yield f"<h2>{escape(tag['name'])}</h2>{_text(tag['description'])}"
    for path, operations in paths.items():
        for method, operation in operations.items():
            if tag["name"] in operation.get("tags", ()):
                yield _operation(path, method, operation)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parameters = [
        (each["name"], f"{each['in']}{', required' * each['required']}", each.get("description", ""))
        for each in operation.get("parameters", ())
    ]
    bodies = [(media, "body", "") for media in operation.get("requestBody", {}).get("content", ())]
    answers = [
        (status, ", ".join(answer.get("content", ())), answer["description"])
        for status, answer in operation["responses"].items()
    ]
    return (
        f"<details><summary><b>{escape(method.upper())}</b> <code>{escape(path)}</code>"
        f" {escape(operation['summary'])}</summary><div>{_text(operation.get('description', ''))}"
        f"{_table('Takes', [*parameters, *bodies])}{_table('Answers', answers)}</div></details>"
    )


def _table(title: str, rows: list[tuple[str, str, str]]) -> str:
    cells = (f"<tr><td><code>{escape(a)}</code><td>{escape(b)}<td>{escape(c)}" for a, b, c in rows)
    return f"<h4>{title}</h4><table>{''.join(cells)}</table>" if rows else ""


def _text(text: str) -> str:
    return "".join(f"<p>{escape(each)}</p>" for each in text.strip().split("\n\n") if each)
