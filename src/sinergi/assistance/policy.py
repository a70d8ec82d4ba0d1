"""Who may screen, apply and decide."""
from uuid import UUID

from sinergi.kernel.actors import Actor
from sinergi.registry import policy as registry_policy
from sinergi.registry import queries as registry

from .models import Application, Attachment


def may_screen(actor: Actor, household_id: UUID) -> bool:
    """Whoever may open the household."""
    return registry.household_is_open(household_id)


def may_apply(actor: Actor, household_id: UUID) -> bool:
    """Whoever serves the household, for an agency. Raises Refused: `person.opened_to_look`."""
    return bool(actor.agency) and registry_policy.serving_household(actor, household_id)


def sending(actor: Actor, application_id: UUID) -> bool:
    """The agency that sent the application."""
    return Application.objects.filter(pk=application_id, from_agency_id=actor.agency).exists()


def deciding(actor: Actor, application_id: UUID) -> bool:
    """The agency of the programme; nobody decides for another."""
    return Application.objects.filter(pk=application_id, agency_id=actor.agency).exists()


def withdrawing(actor: Actor, application_id: UUID) -> bool:
    """The agency that sent it; the platform, when the consent it rests on is taken back."""
    return sending(actor, application_id) or is_platform(actor, application_id)


def is_platform(actor: Actor, application_id: UUID) -> bool:
    """The platform's own jobs."""
    return actor.id.startswith("command:")


def a_party(actor: Actor, application_id: UUID) -> bool:
    """Either of the two agencies."""
    return sending(actor, application_id) or deciding(actor, application_id)


def opening(actor: Actor, attachment_id: UUID) -> bool:
    """The deciding agency's readers of applications."""
    return actor.holds("application.read") and Attachment.objects.filter(pk=attachment_id, application__agency_id=actor.agency).exists()
