"""What a letter of decision says: outcome, reasons in words, the law, what is given, how to appeal and until when, where that is known."""
import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sinergi.core import rules
from sinergi.core.rules.programmes import NOT_PUBLISHED
from sinergi.core.rules.words import Speaker
from sinergi.kernel import law as kernel_law
from sinergi.kernel.acting import shown
from sinergi.kernel.models import Agency
from sinergi.registry import queries as registry

from ..models import Decision
from ..packets import reason_of
from ..words import REASONS, number_of

Words = rules.law.Words
NO_DEADLINE = {"ms": "Tarikh akhir rayuan tidak diterbitkan: tanya agensi.", "en": "The last day to appeal is not published: ask the agency."}


@dataclass(frozen=True)
class LetterView:
    """A letter's content. `reasons`: (sentence, citation); `appeal_by_on` None: `deadline` says that it is not known."""

    number: str
    person_id: UUID
    name: str
    identity: str
    language: str
    agency: Words
    programme: Words
    outcome: str
    reasons: tuple[tuple[Words, str], ...]
    text: str
    basis: Words
    entitlement_id: UUID | None
    appeal: Words
    appeal_cite: str
    appeal_by_on: dt.date | None
    deadline: Words
    applied_on: dt.date
    decided_on: dt.date
    law_version: str


def letter_of(decision_id: UUID) -> LetterView | None:
    """The letter of a decision; None when it is not ours to see. The law is that of the day of the decision."""
    d = Decision.objects.select_related("application", "agency").filter(pk=decision_id).first()
    if d is None:
        return None
    shown([d.person_id])
    law, person = kernel_law.at_version(d.law_version), registry.person(d.person_id)
    programme = law.programmes.get(d.application.programme) or kernel_law.at_version(d.application.law_version).programmes[d.application.programme]
    appeal = programme.appeal
    agency: Agency = d.agency
    return LetterView(
        number_of(d.application_id), d.person_id, person.name if person else "", person.masked if person else "", person.language if person else "ms",
        {"ms": agency.name_ms, "en": agency.name_en}, programme.name, d.outcome, reasons_of(d, programme, law), d.text, basis_words(d.basis),
        d.entitlement_id, NOT_PUBLISHED if appeal is None else appeal.to, "" if appeal is None else appeal.cite, d.appeal_by_on,
        NO_DEADLINE, d.application.applied_on, d.decided_on, d.law_version)


def reasons_of(d: Decision, programme: rules.Programme, law: rules.Law) -> tuple[tuple[Words, str], ...]:
    """Each reason as a sentence with its citation: of a criterion as the packet has it in words, else as the law file writes it on the day.

    A refusal by a criterion that the screening did not find failed says that it is not met, since it has no sentence of its own for that.
    """
    sent = {r.id: r for part in d.application.packets.all() for r in map(reason_of, part.reasons)}
    criteria = {c.id: c for version in programme.versions for c in version.criteria}
    found: list[tuple[Words, str]] = []
    refused = d.outcome == "refuse"
    for code in d.reasons:
        if code in REASONS:
            found.append((REASONS[code], ""))
        elif code in sent:
            reason = sent[code]
            found.append((reason.no or not_met(reason.text) if refused else reason.text, reason.cite))
        elif code in criteria:
            text = Speaker(law, {"members": []}, d.decided_on).fill(criteria[code].text)
            found.append((not_met(text) if refused else text, criteria[code].cite))
    return tuple(found)


def not_met(text: Words) -> Words:
    """A criterion as the reason of a refusal."""
    return {"ms": f"Tidak dipenuhi: {text['ms']}", "en": f"Not met: {text['en']}"}


def basis_words(basis: dict[str, object]) -> Words:
    """The legal basis in words: the Act, policy or circular, with its sections."""
    law = next((basis[key] for key in ("act", "policy", "circular") if basis.get(key)), "")
    both = law if isinstance(law, dict) else {"ms": str(law), "en": str(law)}
    return {lang: " ".join(part for part in (str(both.get(lang, "")), str(basis.get("sections") or "")) if part) for lang in ("ms", "en")}
