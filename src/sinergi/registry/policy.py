"""Who may do the registry's verbs, beyond holding them. Row security stands behind: whom it hides, nobody may change."""

from typing import Any
from uuid import UUID

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .models import (
    Access,
    Approval,
    Batch,
    Candidate,
    Consent,
    DataRequest,
    Draft,
    IdentityDecision,
    LinkageRun,
    Membership,
    Objection,
    ProposalMember,
    SourceRecord,
)
from .queries import household_is_open, is_erased, is_only_looked_at, is_served


def of_an_agency(actor: Actor, subject: Any) -> bool:
    """Whoever acts for an agency."""
    return bool(actor.agency)


def serving(actor: Actor, person_id: UUID) -> bool:
    """Whoever serves the person: his agency registered him, or he was opened to it otherwise than by written reason alone.

    Raises Refused: `person.erased` (of one who was erased nothing is written again), `person.opened_to_look`.
    """
    if is_erased(person_id):
        raise Refused("person.erased")
    if is_only_looked_at(person_id, actor):
        raise Refused("person.opened_to_look")
    return is_served(person_id)


def serving_household(actor: Actor, household_id: UUID) -> bool:
    """Whoever may open the household, otherwise than by written reason alone.

    Raises Refused: `person.opened_to_look`.
    """
    members = Membership.objects.filter(household_id=household_id, to_on=None).values_list("person_id", flat=True)
    if members and all(is_only_looked_at(person, actor) for person in members):
        raise Refused("person.opened_to_look")
    return household_is_open(household_id)


def of_proposal(actor: Actor, proposal_id: UUID) -> bool:
    """Whoever serves both people whom the proposal names. Raises Refused: `person.opened_to_look`, `person.erased`."""
    named = list(ProposalMember.objects.filter(proposal_id=proposal_id).values_list("person_id", flat=True))
    return len(named) > 1 and all(serving(actor, person) for person in named)


def answering_objection(actor: Actor, objection_id: UUID) -> bool:
    """Whoever may see the objection, but not the one who took it down for himself to answer."""
    row = Objection.objects.filter(pk=objection_id).first()
    return row is not None and row.raised_by != actor.id


def own_draft(actor: Actor, draft_id: UUID | None) -> bool:
    """One's own drafts, and new ones."""
    return draft_id is None or Draft.objects.filter(pk=draft_id).exists()


def seeing_consent(actor: Actor, consent_id: UUID) -> bool:
    """Whoever serves the person, and the agency the consent was given to."""
    return Consent.objects.filter(pk=consent_id).exists()


def reviewing(actor: Actor, access_id: int) -> bool:
    """Whoever reviews for the agency that registered the person; not the one who opened him."""
    row = Access.objects.filter(pk=access_id).first()
    return row is not None and actor.reaches("access.review", row.holder_id) and str(row.user_id) != actor.id


def taking_requests(actor: Actor, person_id: UUID) -> bool:
    """Whoever serves the person, and the national protection officer."""
    return actor.nationwide("request.read") or is_served(person_id)


def answering(actor: Actor, request_id: UUID) -> bool:
    """The protection officer, of requests he may see."""
    return DataRequest.objects.filter(pk=request_id).exists()


def own_run(actor: Actor, run: LinkageRun) -> bool:
    """Runs of one's own agency; one of the register against itself: whoever may begin such a run for the nation."""
    return bool(run.agency_id == actor.agency) and (run.kind == "list" or actor.nationwide("linkage.begin"))


def national_linker(actor: Actor, subject: Any) -> bool:
    """Whoever may look for duplicates in the whole register."""
    return bool(actor.agency) and actor.nationwide("linkage.begin")


def platform(actor: Actor, subject: Any) -> bool:
    """The platform's own commands."""
    return actor.id.startswith("command:")


def own_batch(actor: Actor, batch: Batch) -> bool:
    """Lists of one's own agency."""
    return bool(batch.agency_id == actor.agency)


def deciding_identity(actor: Actor, person_id: UUID) -> bool:
    """Whoever serves the person, and who reviews identity for the nation."""
    return actor.nationwide("identity.review") or serving(actor, person_id)


def seeing_candidate(actor: Actor, candidate_id: UUID) -> bool:
    """Whoever may see one of its records."""
    return Candidate.objects.filter(pk=candidate_id).exists()


def seeing_record(actor: Actor, record_id: UUID) -> bool:
    """Whoever may see the record."""
    return SourceRecord.objects.filter(pk=record_id).exists()


def seeing_decision(actor: Actor, decision_id: UUID) -> bool:
    """Whoever serves one of the persons it is about, and who reviews identity for the nation."""
    return IdentityDecision.objects.filter(pk=decision_id).exists()


def second_of_two(actor: Actor, approval_id: UUID) -> bool:
    """Whoever serves one of the persons, or reviews identity for the nation; not the one who asked."""
    row = Approval.objects.filter(pk=approval_id).first()
    return row is not None and row.asked_by != actor.id


def linking_alone(actor: Actor, person_id: UUID) -> bool:
    """The platform in its runs, and who may apply a run."""
    return actor.nationwide("identity.review")
