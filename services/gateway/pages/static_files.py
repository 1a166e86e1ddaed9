"""The files that pages are dressed with: each at an address that has its content's digest, so that browsers keep it.

They are ours, or come from npm with licence and version (`static/vendored.md`); nothing is loaded from elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from services.gateway.pages.compressing import compressed

FOLDER = Path(__file__).parent / "static"
MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What is sent, by the end of its name; what ends otherwise is not."""
_DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent.

    Attributes:
        compressed: Its content as gzip.
        digest: Of its content; a part of its address.
    """

    name: str
    content: bytes
    compressed: bytes
    digest: str
    media_type: str

    @property
    def address(self) -> str:
        """Where a page finds it."""
        return f"/static/{self.digest}/{self.name}"


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Every file there is, by its name."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if (media_type := MEDIA_TYPES.get(path.suffix)) is not None:
            content = path.read_bytes()
            digest = sha256(content).hexdigest()[:_DIGEST_CHARACTERS]
            found[path.name] = StaticFile(path.name, content, compressed(content, once=True), digest, media_type)
    return found
