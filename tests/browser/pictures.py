"""Makes the pictures of README from the sample, so that they stay true: `make pictures`.

python -m tests.browser.pictures FOLDER
"""

import asyncio
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from tests.browser.chromium import running_chromium
from tests.browser.window import CLINICIAN, opened
from tests.end_to_end.node import RunningNode

_COLOURS = 64
"""Enough for flat colours and the edges of letters; a file is then a quarter as large."""


class Picture(NamedTuple):
    """A picture of the upper part of a page."""

    name: str
    path: str
    width: int
    height: int


PICTURES = (
    Picture("today", "/clinic/northside/today", 1280, 1060),
    Picture("goal", "/clinic/northside/patients/pt-e6a1/goals/people", 1120, 1060),
)


async def make_pictures(folder: Path) -> None:
    """Start a Cairn with its sample, and write a picture of each page into a folder."""
    with tempfile.TemporaryDirectory() as data:
        node = await RunningNode.start(Path(data) / "data", nats_port=0, http_port=0)
        try:
            async with running_chromium() as browser, opened(browser, node, CLINICIAN) as window:
                for picture in PICTURES:
                    await window.look("light", picture.width)
                    await window.open(picture.path)
                    part = {"x": 0, "y": 0, "width": picture.width, "height": picture.height}
                    taken = await window.page.screenshot(clip=part, full_page=True)  # type: ignore[arg-type]
                    save(taken, folder / f"{picture.name}.png")
        finally:
            await node.stop()


def save(taken: bytes, file: Path) -> None:
    """Write a picture small."""
    with Image.open(BytesIO(taken)) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(file, optimize=True)


if __name__ == "__main__":
    asyncio.run(make_pictures(Path(sys.argv[1])))
