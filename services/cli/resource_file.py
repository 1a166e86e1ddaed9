"""A file of FHIR resources, or standard output: as lines, or as one bundle."""

import contextlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, TextIO

from services.cli.new_file import Output, Unwritable
from services.cli.printing import Json

Form = Literal["ndjson", "bundle"]


class ResourceWriter:
    """Writes resources one after another, so that an export of any size needs the memory of one patient."""

    def __init__(self, target: TextIO, form: Form, base: str, *, labels: Sequence[Json] = (), ascii_only: bool):
        self._target = target
        self._form = form
        self._base = base
        self._labels = labels  # the security labels of a bundle
        self._ascii_only = ascii_only  # a terminal obeys some characters
        self.counted: Counter[str] = Counter()

    def begin(self) -> None:
        """Write what comes before the first resource."""
        if self._form == "bundle":
            meta = f'"meta": {self._text({"security": [*self._labels]})}, ' if self._labels else ""
            self._put(f'{{"resourceType": "Bundle", {meta}"type": "collection"')

    def end(self) -> None:
        """Write what comes after the last resource."""
        if self._form == "bundle":
            self._put("]}\n" if self.counted else "}\n")

    def write(self, resource: Json) -> None:
        """Write one resource."""
        from services.fhir.outgoing.bundles import entry_of

        if self._form == "bundle":
            self._put(",\n" if self.counted else ', "entry": [\n')
            self._put(self._text(entry_of(self._base, resource)))
        else:
            self._put(f"{self._text(resource)}\n")
        self.counted[resource["resourceType"]] += 1

    def _put(self, text: str) -> None:
        try:
            self._target.write(text)
        except BrokenPipeError:  # whoever reads has seen enough; click knows what to do
            raise
        except OSError as error:
            raise Unwritable("The output", error) from None

    def _text(self, value: Json) -> str:
        return json.dumps(value, ensure_ascii=self._ascii_only)


@contextlib.contextmanager
def opened(output: Output) -> Iterator[TextIO]:
    """Standard output, or a file that takes its name only once it is complete."""
    if output.is_stdout:
        yield sys.stdout
        return
    with output.new_file() as path, path.open("w", encoding="utf-8") as target:
        yield target
