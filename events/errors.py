"""How Cairn says no: a published code, a sentence for a person, and the fields it is about.

Every error that Cairn raises on purpose is a `CairnError`, and its text says what happened and what to do:

    CairnError
    ├── Rejected                  a submission (or read) that is refused, with a code of `events/codes.py`
    ├── UnreadableEvent           a message of the log that this version of Cairn cannot read
    ├── UnreadableAccessRecords   a message with records of readings that this version of Cairn cannot read
    ├── NotProven                 what is to prove something is malformed, or does not prove it
    ├── the log, `events/log`
    │   ├── WrongVersion          the goal has moved on from the expected version
    │   ├── LogBusy               too many writes are waiting
    │   ├── LogUnavailable        the log cannot be written now
    │   │   └── LogFull           it stores nothing more until somebody makes room
    │   ├── MessageTooLarge       the server takes no message of this size
    │   ├── LogUnreachable        the log cannot be read now
    │   │   └── NoStream          the log's stream does not exist
    │   ├── RestUnread            the server hands out no more of the log, although there is more
    │   ├── LogReplaced           the log is another one than the one that is remembered
    │   ├── WrongStream           a stream cannot be used as it is set up
    │   ├── BadPlacement          the placement of organisations on streams is not valid
    │   ├── BackupFailed          a backup could not be made or restored
    │   ├── ApiUnanswered         the NATS server does not answer a request of JetStream's API
    │   ├── ApiRefused            the NATS server refuses a request of JetStream's API
    │   ├── NotStored             a message does not say which message of which stream it is
    │   ├── NotReachable          no NATS server answers at the address
    │   ├── NotAdmitted           the NATS server does not admit this user
    │   ├── OlderServer           the NATS server is of a release that Cairn cannot use
    │   ├── NoSeed                a file that should hold a NATS user holds none
    │   └── NotAnAddress          the address is not a NATS address
    ├── projections
    │   ├── GoalIsQuarantined     a goal cannot be read, as its first event could not be projected
    │   ├── BadCursor             a list was asked for with a cursor that it did not give
    │   ├── NoSuchVersion         a goal was asked for in a version that it has not reached
    │   ├── NotAllKnown           what was read of a goal is not enough for its next event
    │   ├── OutOfSequence         the versions of a goal's events have a gap
    │   ├── CheckpointMoved       another copy of the projection has moved the checkpoint
    │   ├── CheckpointPutBack     the database was put back to an earlier state
    │   ├── TablesChanged         the tables are other ones than before
    │   ├── TablesInUse           somebody reads the tables
    │   ├── Superseded            a newer version of the projection is live
    │   ├── RebuildBroken         someone else builds or swaps the same projection
    │   ├── NothingToSwap         a slot has no build
    │   ├── NotComplete           the log does not have all that is in quarantine
    │   ├── OtherVersion          the tables are not of the version that this code writes
    │   ├── UnknownProjection     there is no projection of this name
    │   ├── UnusableProjection    a package brings something that is no projection
    │   └── UnusableDatabase      projections cannot be kept in the database at the address
    └── services
        ├── BadPrincipal          a text that should name who asks does not
        ├── BadNatsUsers          the file that says who the users of the NATS server are cannot be used
        ├── Denied                the policy does not allow it to whoever asks
        ├── BadAccounts           the file of NATS users does not say clearly which account is whose
        ├── BadKeyFile            the file of the auth callout's keys cannot be used
        ├── BadKey                a text is no key of the kind that is wanted
        ├── BadJwt                a text is no token that its issuer has signed
        ├── BadRequest            what came to the auth callout is no question of a server
        ├── NotForUs              a request cannot be opened with the auth callout's key
        ├── Refused               the auth callout does not admit a client
        ├── NotSetUp              a setting is missing without which the auth callout cannot work
        ├── HostsUnknown          nothing says under which names other machines know the gateway
        ├── TokenRefused          a token is not accepted
        │   └── SignInFailed      a sign-in cannot be finished
        ├── ReadingNotRecorded    a reading could not be recorded, so it must not be answered
        ├── IssuerUnusable        an OpenID Connect issuer does not answer as it should
        ├── UnusableKeys          an issuer publishes no keys that can be used
        ├── UnusableSigningKey    the embedded issuer's own key cannot be used
        ├── UnusableClientSecret  the secret for signing in at an issuer cannot be read
        ├── LinkNotKept           a link to sign in with could not be written
        ├── NoSuchToken           the embedded issuer has made no token of this id
        ├── NotaryUnusable        the notary's key, state or tiles cannot be used
        │   └── ActsUnusable      what was done with it cannot be read or noted
        ├── SigningStopped        what would be signed does not extend what was signed before
        ├── SigningWaits          nothing is signed until something is there that is waited for
        ├── Contradiction         the log, the notary's memory or a witness contradicts what was signed
        ├── GenerationEnded       another generation of the log has begun
        ├── NotarySilent          no notary answers
        ├── NotaryRefused         the notary does not answer a request
        ├── HistoryNotProven      the log and what the notary has signed differ, so nothing is exported
        ├── FolderInUse           an export would be written where something is already
        ├── WitnessUnusable       a witness cannot be asked at its address
        ├── WitnessSilent         a witness does not say what it has last cosigned
        ├── WitnessRecordsUnusable  the keys or records of this machine's own witness cannot be used
        ├── NotCosigned           the witness does not cosign a checkpoint
        ├── StatementNotSigned    the witness does not sign a statement
        ├── ServerFailed          the embedded nats-server did not start
        ├── ArgumentsInvalid      an HTTP request does not say what its endpoint asks for
        ├── RequestRefused        an HTTP request that is answered with a problem
        │   └── ReadingRefused    a reading about a patient that is refused, and recorded as refused
        ├── PdfUnavailable        a PDF needs what this machine does not have
        ├── EventsMissing         the log no longer holds all events of a goal
        ├── BadSnapshot           a snapshot that cannot be read, so that the goal is read from the log
        ├── NotRecorded           an act of an operator could not be recorded or read
        ├── CareNotNoted          that the log was read through or backed up could not be noted
        ├── RefusedResource       a FHIR resource that cannot be imported
        ├── RefusedFile           a FHIR file of which nothing can be imported
        ├── InvalidSearch         a FHIR search that cannot be answered
        │   └── UnsupportedSearch it uses a parameter that Cairn does not know
        ├── WrongTemplate         a goal template's file cannot be used
        ├── SampleRefused         an event of the sample was not recorded
        │   └── SampleKeptBack    the log is another one than somebody remembers
        ├── AlreadyRunning        another node runs on the data folder
        ├── UnusableFolder        the data folder cannot be made or written to
        ├── ServiceFailed         a service of the node does not start
        ├── NoPort                nothing can listen on the port
        ├── AddressTaken          a service cannot listen on the address
        └── CannotTrace           traces cannot be exported as the environment asks

A caller can handle each of these. Any other exception is a defect of Cairn's or of a library's.
"""

from dataclasses import dataclass
from typing import TypeVar

from events.codes import CODES

_Error = TypeVar("_Error", bound=BaseException)


class CairnError(Exception):
    """The root of the errors that Cairn raises on purpose."""


def first_of(errors: BaseExceptionGroup[_Error]) -> _Error:
    """The first of the errors of tasks that ran together, to say in one sentence what happened."""
    error: _Error | BaseExceptionGroup[_Error] = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong in one field.

    `field` is the path with dots (`smart.measure.target`), empty for the event as a whole.
    """

    field: str
    detail: str


class Rejected(CairnError):
    """A submission that is refused, with everything that its sender needs to correct it."""

    def __init__(self, code: str, detail: str, errors: tuple[FieldError, ...] = (), version: int | None = None):
        super().__init__(f"{code}: {detail}")
        if code not in CODES or CODES[code].gateway_only:
            raise ValueError(f"{code} is not a published code of a submission")
        self.code = code
        self.detail = detail
        self.errors = errors
        self.version = version
