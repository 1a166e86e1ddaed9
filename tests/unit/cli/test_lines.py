"""Lines come whole, however the bytes arrive, and never longer than they may be."""

import io

import pytest

from services.cli.lines import LineCutter, lines_of


def cut(*chunks: bytes, limit: int = 100) -> list[bytes]:
    cutter = LineCutter(limit)
    return [line for chunk in chunks for line in cutter.cut(chunk)] + [cutter.rest()]


@pytest.mark.parametrize(
    "chunks",
    [(b"one\ntwo\nthree",), (b"one\n", b"two\n", b"three"), (b"o", b"ne\nt", b"wo\nthr", b"ee")],
    ids=["at once", "line by line", "in pieces"],
)
def test_lines_do_not_depend_on_how_the_bytes_arrive(chunks: tuple[bytes, ...]) -> None:
    assert cut(*chunks) == [b"one", b"two", b"three"]


def test_of_a_line_that_is_too_long_just_enough_is_kept_to_tell() -> None:
    assert cut(b"x" * 60, b"x" * 60, b"\nnext", limit=10) == [b"x" * 11, b"next"]


async def test_lines_that_say_nothing_are_passed_over() -> None:
    file = io.BytesIO(b"\n  \none\r\n\ntwo")
    assert [line async for line in lines_of(file, 100)] == [b"one\r", b"two"]


@pytest.mark.parametrize("empty", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
async def test_an_empty_file_has_no_lines(empty: bytes) -> None:
    assert [line async for line in lines_of(io.BytesIO(empty), 100)] == []


async def test_a_file_that_cannot_be_read_says_so() -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        [line async for line in lines_of(Broken(), 100)]  # type: ignore[arg-type]  # raw as a pipe is
