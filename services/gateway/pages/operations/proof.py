"""The part Proof of the page Operations: what is signed, who has cosigned it, when it was last compared, and what was
done with the notary."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.administration.notary_act import Kind
from services.gateway.pages.language import Language
from services.gateway.pages.operations.facts import Fact, moment

Json = Mapping[str, Any]  # a JSON object of mixed values
_ANSWERING = ("signing", "stopped")


def proof_facts(language: Language, proof: Json) -> Iterator[Fact]:
    """What is known of the proof of one stream of the log."""
    _ = language.gettext
    if proof["state"] == "none":
        yield Fact(_("Notary"), _("none: nobody outside can check this log"), "cairn notary init")
        return
    if proof["state"] == "silent":
        yield Fact(_("Notary"), _("does not answer"), "cairn serve notary")
        return
    if proof["stopped"]:
        yield Fact(_("Notary"), _stopped(language, proof), "cairn notary status", proof["stopped"])
    elif proof["waiting"]:
        yield Fact(_("Notary"), _("waits, and signs nothing for now"), "cairn notary status", proof["waiting"])
    else:
        yield Fact(_("Notary"), _("signs"))
    if proof["policy_trouble"]:
        yield Fact(_("Policy"), _("cannot be read; the one from before counts"), detail=proof["policy_trouble"])
    yield Fact(_("Name of the log"), proof["origin"])
    yield Fact(_("Signed"), _signed(language, proof))
    yield Fact(_("Cosigned by enough"), _published(language, proof))
    for witness in proof["witnesses"]:
        yield _witness(language, witness)
    yield _compared(language, proof)


def proof_acts(language: Language, proof: Json) -> Iterator[Fact]:
    """What was done last with the notary of one stream of the log, the newest first: when, what, by whom and why."""
    if proof["state"] not in _ANSWERING:
        return
    if proof["acts"] is None:
        yield Fact(language.gettext("Last act"), language.gettext("not known at the moment"), "cairn log acts")
        return
    for act in proof["acts"]:
        did = _did(language, act["kind"])
        said = language.gettext("%(did)s, by %(who)s", did=did, who=act["by"]) if act["by"] else did
        yield Fact(moment(language, act["at"]), said, detail=act["reason"])


def _did(language: Language, kind: Kind) -> str:
    _ = language.gettext
    match kind:
        case "founded":
            return _("the notary was made")
        case "rotation_begun":
            return _("a new key began to sign beside the old one")
        case "rotation_finished":
            return _("the new key began to sign alone")
        case "succeeded":
            return _("a new generation began")
        case "stopped":
            return _("signing stopped")
        case "resumed":
            return _("signing went on")


def _stopped(language: Language, proof: Json) -> str:
    if proof["stopped_at"] is None:
        return language.gettext("STOPPED, and signs nothing any more")
    when = moment(language, proof["stopped_at"])
    return language.gettext("STOPPED on %(when)s, and signs nothing any more", when=when)


def _signed(language: Language, proof: Json) -> str:
    if proof["size"] is None or proof["signed_at"] is None:
        return language.gettext("nothing yet")
    return language.gettext(
        "%(size)s of %(head)s events, on %(when)s",
        size=language.number(proof["size"]),
        head=language.number(max(proof["log_head"], proof["size"])),
        when=moment(language, proof["signed_at"]),
    )


def _published(language: Language, proof: Json) -> str:
    if proof["quorum"] == "none":
        return language.gettext("the policy asks for no witness")
    if not proof["published_size"] or proof["witnessed_at"] is None:
        return language.gettext("nothing yet; the policy asks for %(quorum)s", quorum=proof["quorum"])
    return language.gettext(
        "%(size)s events, on %(when)s; the policy asks for %(quorum)s",
        size=language.number(proof["published_size"]),
        when=moment(language, proof["witnessed_at"]),
        quorum=proof["quorum"],
    )


def _witness(language: Language, witness: Json) -> Fact:
    name = language.gettext("Witness %(name)s", name=witness["name"])
    if witness["cosigned_size"] is None or witness["cosigned_at"] is None:
        said = language.gettext("has cosigned nothing yet")
    else:
        size, when = language.number(witness["cosigned_size"]), moment(language, witness["cosigned_at"])
        said = language.gettext("%(size)s events, on %(when)s", size=size, when=when)
    return Fact(name, said, detail=witness["trouble"] or "")


def _compared(language: Language, proof: Json) -> Fact:
    name = language.gettext("Last compared with the log")
    if proof["audited_at"] is None:
        return Fact(name, language.gettext("not yet"), "cairn log audit")
    when = moment(language, proof["audited_at"])
    if not proof["audit_wrong"]:
        return Fact(name, language.gettext("%(when)s, nothing differs", when=when))
    number = proof["audit_wrong"]
    said = language.ngettext("%(when)s, one event differs", "%(when)s, %(number)s events differ", number, when=when)
    return Fact(name, said, "cairn log audit")
