"""Foreseeable trouble ends with one plain sentence and the right exit code."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli import cairn


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cairn, arguments, env=environment)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    "command",
    [
        ("goals", "list"),
        ("goals", "show", "a.b.c"),
        ("reviews",),
        ("replay", "a.b.c"),
        ("projections", "status"),
        ("submit", "-"),
    ],
    ids=" ".join,
)
def test_without_a_server_the_address_and_the_remedy_are_named(command: tuple[str, ...]) -> None:
    address = f"nats://someone:secret@127.0.0.1:{closed_port()}"
    ran = run(*command, "--nats-url", address)
    assert ran.exit_code == 1
    assert ran.stderr.startswith("Error: No NATS server answers at nats://127.0.0.1:")
    assert "make run" in ran.stderr
    assert "secret" not in ran.output
    assert ran.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("goals", "list", "--org", ""), "Behind --org stands"),
        (("goals", "list", "--org="), "Behind --org stands"),
        (("up", "--data-dir", ""), "Behind --data-dir stands"),
        (("export", "session", "a.b", "--output="), "Behind --output stands"),
        (("token", "revoke", ""), "Behind revoke stands"),
        (("log", "restore", "--replace", ""), "Behind --replace stands"),
        (("",), "The first word is"),
    ],
)
def test_an_empty_text_is_refused_wherever_it_stands(arguments: tuple[str, ...], named: str) -> None:
    """What was seen: `--org ""` was told of an address with nothing at it, `--output ""` that it is there already."""
    ran = run(*arguments)
    assert ran.exit_code == 2
    assert f"Error: {named} an empty text. Give it a value, or leave it out." in ran.stderr


def test_a_command_that_was_given_no_address_says_in_which_folder_it_looked_for_a_cairn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAIRN_DATA_DIR", raising=False)
    monkeypatch.delenv("CAIRN_NATS_URL", raising=False)
    port = closed_port()
    ran = run("goals", "list", CAIRN_NATS_PORT=str(port))
    assert ran.exit_code == 1
    assert ran.stderr.startswith(
        f"Error: No `cairn up` runs on the data folder {tmp_path / '.cairn'}."
        f" No NATS server answers at nats://127.0.0.1:{port}. "
    )
    assert "CAIRN_DATA_DIR" in ran.stderr
    named = run("goals", "list", CAIRN_NATS_URL=f"nats://127.0.0.1:{port}")
    assert named.stderr.startswith("Error: No NATS server answers at ")


def test_the_folder_without_a_key_is_named_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAIRN_DATA_DIR", raising=False)
    ran = run("token", "create", "--role", "operator", "--actor", "op")
    assert ran.exit_code == 1
    assert f"no key to sign tokens with in {tmp_path / '.cairn'}." in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("replay", "a.b"), "it has 2 parts, and ORG.PATIENT.GOAL has 3"),
        (("replay", "a.b.c d"), "must be 1 to 64 letters, digits, hyphens or underscores"),
        (("replay", "a.b.c", "--as-of", "2026-01-31"), "is no instant such as"),
        (("replay", "a.b.c", "--as-of", "soon\x1b[2J"), "is no instant such as"),
        (("replay", "a.b.c", "--as-of", "2026-01-31T09:00:00Z", "--position", "3"), "not both"),
        (("goals", "list", "--limit", "0"), "0 is not in the range"),
        (("goals", "list", "--status", "done"), "“done” is no status of a goal; there are proposed, contested, agreed"),
        (("goals", "list", "--include", "progress,moods"), "“moods” is no part; there are progress, weekly_wins"),
        (("goals", "show"), "Missing argument 'ORG.PATIENT.GOAL'"),
        (("reviews", "--until", "tomorrow"), "“tomorrow” is no day such as 2026-01-31"),
        (("export", "session", "a", "--output", "-", "--day", "31.1.2026"), "is no day such as 2026-01-31"),
        (("serve", "reminder"), "No such command 'reminder'"),
        (("serve", "projection", "moods"), "There is no projection “moods”; there are goal_state"),
        (("projections", "rebuild", "moods"), "There is no projection “moods”; there are goal_state"),
        (("projections", "rebuild"), "Missing argument 'NAME'"),
        (("projections", "drop-previous", "moods"), "There is no projection “moods”"),
        (("projections", "quarantine", "retry", "--goal", "a.b"), "it has 2 parts, and ORG.PATIENT.GOAL has 3"),
        (("projections", "status", "--watch", "--every", "0"), "is not in the range"),
        (("submit", "no-such-file.jsonl"), "No such file"),
        (("goals", "list", "--org", "a/b"), "--org must be 1 to 64 letters, digits, hyphens or underscores."),
        (("reviews", "--patient", "a/b"), "--patient must be 1 to 64 letters"),
        (("disclosures", "--patient", "a/b"), "--patient must be 1 to 64 letters"),
        (("access", "list", "--patient", "a/b"), "--patient must be 1 to 64 letters"),
        (("witness", "trust", "a+b"), "“a+b” is no key of a log: a key is NAME+ID+KEY"),
        (("witness", "distrust", "a+b"), "“a+b” is no key of a log: a key is NAME+ID+KEY"),
    ],
    ids=lambda each: " ".join(each).encode("ascii", "ignore").decode() if isinstance(each, tuple) else "",
)
def test_wrong_usage_is_said_with_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert ran.exit_code == 2
    assert said in ran.stderr
    assert "\x1b" not in ran.stderr


@pytest.mark.parametrize("command", ["log adopt", "projections quarantine list", "access rebuild --yes"])
def test_an_address_that_is_none_of_a_database_is_told_in_a_sentence(command: str) -> None:
    ran = run(*command.split(), "--database-url", "nonsense")
    assert ran.exit_code == 1
    assert ran.stderr == "Error: The database's address must be sqlite:///path or postgresql://user@host/name.\n"


def test_a_file_that_cannot_be_written_is_named_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = run("schemas", "write", "--dir", str(tmp_path / "file" / "schemas"))
    assert ran.exit_code == 1
    assert ran.stderr == f"Error: {tmp_path / 'file' / 'schemas'} cannot be used: Not a directory.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("schemas", "check", "--dir", "no-such-folder"), "There is no folder no-such-folder."),
        (
            ("bench", "rebuild-growth", "--projection", "moods", "--from", "1", "--to", "1"),
            "There is no projection “moods”",
        ),
    ],
)
def test_what_is_not_there_is_told_before_anything_is_done(arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert ran.exit_code == 1
    assert said in ran.stderr


def test_a_setting_that_is_not_right_is_named() -> None:
    ran = run("goals", "list", CAIRN_NATS_PORT="many")
    assert ran.exit_code == 2
    assert "nats_port" in ran.stderr
    assert "CAIRN_ variable" in ran.stderr


def test_a_setting_that_lacks_another_is_told_in_a_sentence() -> None:
    ran = run("token", "create", "--role", "operator", "--actor", "op", CAIRN_OIDC_ISSUER="https://login.example")
    assert ran.exit_code == 2
    told = " ".join(ran.stderr.split())
    assert "(With CAIRN_OIDC_ISSUER set, CAIRN_OIDC_AUDIENCE is needed: the audience of its tokens)." in told
