"""Who may do what in case work, beyond holding the verb. Row security stands behind."""

from typing import Any
from uuid import UUID

from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry

from .models import Case, Outcome, Referral, ReferralGroup


def anyone(actor: Actor, subject: Any) -> bool:
    """Whoever holds the verb."""
    return True


def serving(actor: Actor, person_id: UUID) -> bool:
    """Whoever acts for an agency and may open the person."""
    return bool(actor.agency) and registry.is_served(person_id)


def responsible(actor: Actor, case_id: UUID) -> bool:
    """The agency that is responsible for the case."""
    return Case.objects.filter(pk=case_id, agency_id=actor.agency).exists()


def overseeing(actor: Actor, case_id: UUID) -> bool:
    """Who oversees the responsible agency."""
    row = Case.objects.filter(pk=case_id).first()
    return row is not None and actor.reaches("case.close_unreachable", row.agency_id)


def sender(actor: Actor, referral_id: UUID) -> bool:
    """The agency that sent the referral."""
    return Referral.objects.filter(pk=referral_id, from_agency_id=actor.agency).exists()


def receiver(actor: Actor, referral_id: UUID) -> bool:
    """The agency the referral was sent to."""
    return Referral.objects.filter(pk=referral_id, to_agency_id=actor.agency).exists()


def asking(actor: Actor, outcome_id: UUID) -> bool:
    """The agency that said it has served, or that is responsible for the case; and the person's own answer by his link."""
    row = Outcome.objects.filter(pk=outcome_id).select_related("case").first()
    return row is not None and (
        actor.agency in (row.agency_id, row.case.agency_id) or actor.nationwide("outcome.confirm") or actor.nationwide("outcome.ask")
    )


def in_hand(actor: Actor, case_ids: Any) -> bool:
    """The agency that is responsible for every one of the cases."""
    wanted = set(case_ids)
    return bool(actor.agency) and Case.objects.filter(pk__in=wanted, agency_id=actor.agency).count() == len(wanted)


def own_group(actor: Actor, group_id: UUID) -> bool:
    """The agency that sent the group."""
    return ReferralGroup.objects.filter(pk=group_id, agency_id=actor.agency).exists()
