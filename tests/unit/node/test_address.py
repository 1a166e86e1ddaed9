"""A node leaves its address for commands of the same user, for as long as it runs."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from services.node.address import (
    FILE,
    NodeAddress,
    read_address,
    remove_address,
    without_secret,
    write_address,
)
from services.settings import Settings

HERE = NodeAddress(os.getpid(), "nats://127.0.0.1:4222", "http://127.0.0.1:8080")


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_address(tmp_path, HERE)
    assert read_address(tmp_path) == HERE


def test_only_the_same_user_reads_it(tmp_path: Path) -> None:
    write_address(tmp_path, HERE)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_it_is_gone_once_the_node_stops(tmp_path: Path) -> None:
    write_address(tmp_path, HERE)
    remove_address(tmp_path)
    remove_address(tmp_path)
    assert read_address(tmp_path) is None


def test_the_address_of_a_node_that_was_killed_is_no_address(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write_address(tmp_path, HERE._replace(pid=ended.pid))
    assert read_address(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'], ids=repr)
def test_a_file_that_says_nothing_is_no_address(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert read_address(tmp_path) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("cairn.example", "http://cairn.example:8080"),
    ],
)
def test_the_http_address_can_be_followed_from_here(host: str, url: str) -> None:
    assert NodeAddress.of(Settings(http_host=host)).http_url == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222"),
        ("nats://cairn:p@ss@a:4222,nats://t0ken@b:4222", "nats://a:4222,nats://b:4222"),
        ("cairn:pass@a:4222,t0ken@b", "nats://a:4222,nats://b"),
    ],
    ids=["plain", "secret", "without a scheme"],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert without_secret(url) == shown
