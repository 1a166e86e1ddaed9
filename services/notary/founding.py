"""Making a notary: the origin of a log, once, and the keys of each of its generations."""

import secrets
import shutil
from datetime import datetime
from typing import NamedTuple

from events.transparency.keys import NOTE, SignerKey, VerifierKey
from services.administration.notary_act import founding
from services.notary.acts import note_act
from services.notary.durable_files import replace_file
from services.notary.errors import NotaryUnusable
from services.notary.generations import Generation
from services.notary.identity import IDENTITY_FILE, POLICY_FILE, Identity, NotaryFolder, is_origin
from services.notary.statements import STATEMENTS
from services.notary.wording import leaves

_ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_LENGTH = 10
_SEED_BYTES = 32
_POLICY = """\
# Who cosigns, and how many of them are enough before a checkpoint is published (C2SP tlog-policy). The keys of the log
# itself are added by the notary. For two witnesses of which one is enough:
#
#   witness northside northside.example/witness+1234abcd+BASE64 https://witness.northside.example
#   witness archive archive.example/witness+5678cdef+BASE64 https://witness.archive.example
#   group witnesses any northside archive
#   quorum witnesses
quorum none
"""


class Founded(NamedTuple):
    """A generation of a log that has been made.

    Attributes:
        checkpoints, statements: The keys by which others know the notary's word.
    """

    identity: Identity
    checkpoints: VerifierKey
    statements: VerifierKey


def found(folder: NotaryFolder, domain: str, stream: str, now: datetime, by: str = "") -> Founded:
    """Make the notary of a stream.

    Args:
        domain: A name that the operator owns. It stays in every proof, for as long as one is kept.
        by: Who makes it.

    Raises:
        NotaryUnusable: there is one already, the domain cannot be part of an origin, or nothing can be written.
    """
    drawn = "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
    identity = Identity(origin=f"{domain}/tlog/{drawn}-1", stream=stream, made_at=now)
    if not is_origin(identity.origin):
        raise NotaryUnusable(
            f"“{domain}” cannot be the name of a log. It must be a domain that you own, in small letters, such as"
            " records.clinic.example: without https, without a slash."
        )
    if folder.has_notary:
        folder.make(identity)  # which says why not
    try:
        folder.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        generation = make_generation(folder, identity)
        if not folder.policy():
            replace_file(folder.folder / POLICY_FILE, _POLICY.encode())
        folder.make(identity)
        key = str(generation.keys()[0].verifier)
        note_act(folder, founding(identity.origin, now, by=by, key=key))
    except OSError as error:
        raise NotaryUnusable(f"The notary's folder {folder.folder} cannot be written: {error.strerror}.") from None
    return Founded(identity, generation.keys()[0].verifier, generation.statements_key().verifier)


def make_generation(folder: NotaryFolder, identity: Identity) -> Generation:
    """Make the keys of a generation that has not begun yet.

    Raises:
        NotaryUnusable: there are keys of it already, and they have signed.
        OSError: they cannot be written.
    """
    generation = folder.generation(identity)
    if (last := generation.last_signed()) is not None:
        raise NotaryUnusable(
            f"The keys in {generation.folder} have signed a tree with {leaves(last.size)}, and {IDENTITY_FILE}, which"
            " says of which log they are, is not beside that folder any more. Put that file back from where a copy is"
            " kept."
        )
    if generation.folder.exists():  # keys of an attempt that was broken off: they have never signed anything
        shutil.rmtree(generation.folder)
    generation.make(new_key(identity.origin), new_key(identity.origin + STATEMENTS))
    return generation


def new_key(name: str) -> SignerKey:
    """A key that has never been before."""
    return SignerKey(name, NOTE, secrets.token_bytes(_SEED_BYTES))
