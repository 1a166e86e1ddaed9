"""The address of NATS servers, as a setting gives it: where they are, and as whom to connect."""

import os
import ssl
import stat
from pathlib import Path
from typing import NamedTuple, TypedDict
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from events.errors import CairnError
from events.log.client.signing_user import NoSeed, SigningUser, user_of_creds, user_of_seed

_SCHEMES = ("nats", "tls")
_FILES = ("creds", "nkey", "ca", "cert", "key")
"""What the address may name a file for: of the user (JWT and seed, or a seed alone), and of the TLS connection."""
_SECRET = frozenset({"creds", "nkey", "key"})
_FOR_EVERYBODY = 0o007
_WITHOUT_SCHEME = "an address that was given without nats:// (its form is nats://TOKEN@host:port)"
_FORM = (
    "The NATS address is not of the form nats://user:password@host:port, with a port from 1 to 65535. In a password,"
    " write the signs @ : / ? # % , percent-encoded."
)


class NotAnAddress(CairnError):
    """A text cannot be read as a NATS address, or a file that it names cannot be used.

    The sentence does not repeat the address, as it may hold a password.
    """


class Credentials(TypedDict, total=False):
    """The user who connects, as :func:`events.log.client.resilient.connect_client` takes it."""

    user: str
    password: str
    token: str
    signing: SigningUser
    tls: ssl.SSLContext


class Address(NamedTuple):
    """Where the servers are, without what is secret, and who connects.

    The credentials are kept apart, because nats-py takes those in a URL as they stand, percent signs and all, and has
    none for the servers of a cluster that it hears of later.

    Attributes:
        named: What sentences call the servers. One that was given without a scheme may be a token by itself, which
            would be taken for a host, so it is not repeated.
    """

    servers: list[str]
    credentials: Credentials
    named: str

    def __str__(self) -> str:
        return self.named

    def __repr__(self) -> str:
        return str(self)


def read_address(url: str) -> Address:
    """Read `nats://user:password@host:port`, percent-encoded; several, comma-separated, are one cluster.

    Files stand behind a question mark, `tls://host:4222?creds=/etc/cairn/goals.creds&ca=/etc/cairn/ca.pem`: `creds`
    (a user's JWT and seed, as `nsc` writes them) or `nkey` (a seed alone), `ca` (whom to believe beside those that this
    machine believes), `cert` and `key` (the certificate of this client). Credentials and files are the first that are
    there; a user without a password is a token.

    Raises:
        NotAnAddress: The text is no such address, or a file cannot be used.
    """
    servers, named, credentials = list[str](), list[str](), Credentials()
    files: dict[str, Path] = {}
    queries: set[str] = set()
    for each in url.split(","):
        has_scheme = "://" in each
        parts = _split(each if has_scheme else f"nats://{each}")
        if parts.scheme not in _SCHEMES:
            raise NotAnAddress(
                f"A NATS address begins with nats:// or tls://; Cairn cannot connect by {parts.scheme or 'nothing'}://."
            )
        if not _is_address(parts):
            raise NotAnAddress(_FORM)
        servers.append(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl())
        named.append(servers[-1] if has_scheme else _WITHOUT_SCHEME)
        if parts.query:
            if queries and parts.query not in queries:
                raise NotAnAddress("A NATS address of several servers names its files once, for all of them.")
            queries.add(parts.query)
            files = _files(parts.query)
        if credentials or parts.username is None:
            continue
        if parts.password is None:
            credentials = Credentials(token=unquote(parts.username))
        else:
            credentials = Credentials(user=unquote(parts.username), password=unquote(parts.password))
    return Address(servers, _with_files(credentials, files), ",".join(named))


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise NotAnAddress(_FORM) from None


def _is_address(parts: SplitResult) -> bool:
    try:
        port, host = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:  # of a name, too: one of its parts is empty, or longer than DNS allows
        return False
    return bool(host) and port != 0 and parts.path in ("", "/") and not parts.fragment


def _files(query: str) -> dict[str, Path]:
    named = parse_qsl(query, keep_blank_values=True)
    files = {name: Path(file) for name, file in named if file}
    if len(files) != len(named) or not files.keys() <= set(_FILES):
        raise NotAnAddress(
            f"Behind the question mark of a NATS address, files are named: {', '.join(_FILES)}, each once."
        )
    if (wrong := _do_not_go_together(files)) is not None:
        raise NotAnAddress(wrong)
    for name, file in files.items():
        _check(name, file)
    return files


def _do_not_go_together(files: dict[str, Path]) -> str | None:
    if {"creds", "nkey"} <= files.keys():
        return "A NATS address names creds or nkey, and not both: each says who connects."
    if ("cert" in files) != ("key" in files):
        return "A NATS address names cert and key together: the certificate of this client, and its key."
    return None


def _check(name: str, file: Path) -> None:
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise NotAnAddress(f"{file}, which the NATS address names as {name}, is no file.")
    except OSError as error:
        raise NotAnAddress(
            f"{file}, which the NATS address names as {name}, cannot be read: {error.strerror}."
        ) from None
    except ValueError:  # it cannot be shown either
        raise NotAnAddress(f"What the NATS address names as {name} can be the name of no file.") from None
    if name in _SECRET and mode & _FOR_EVERYBODY:
        raise NotAnAddress(f"Everybody on this machine can read {file}, which is secret: chmod o-rwx it.")


def _with_files(credentials: Credentials, files: dict[str, Path]) -> Credentials:
    if credentials and ("creds" in files or "nkey" in files):
        raise NotAnAddress("A NATS address names a user or a token, or a file with who connects, and not both.")
    try:
        if (creds := files.get("creds")) is not None:
            credentials["signing"] = user_of_creds(creds)
        if (nkey := files.get("nkey")) is not None:
            credentials["signing"] = user_of_seed(nkey)
    except NoSeed as error:
        raise NotAnAddress(str(error)) from None
    if not files.keys().isdisjoint({"ca", "cert"}):
        credentials["tls"] = _context(files)
    return credentials


def _context(files: dict[str, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if (ca := files.get("ca")) is not None:
            context.load_verify_locations(ca)
        if (cert := files.get("cert")) is not None:
            context.load_cert_chain(cert, files["key"], password=_no_password)
    except (ssl.SSLError, ValueError):
        raise NotAnAddress(
            "A certificate or its key, which the NATS address names, cannot be used: it takes PEM files, a key without"
            " a password, and a key that belongs to its certificate."
        ) from None
    return context


def _no_password() -> str:
    """Keep OpenSSL from asking for one at the terminal."""
    raise ValueError("the key has a password")
