"""Benefits as a Django app."""
from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    """Entitlements, overlap, exceptions."""

    name = "sinergi.benefits"
    label = "benefits"

    def ready(self) -> None:
        """The part of benefits when a person is forgotten or parted from another, or a partner leaves."""
        from sinergi.kernel.partners import SUCCESSIONS
        from sinergi.registry.actions import FORGETTERS
        from sinergi.registry.queries import SETTLERS

        from .actions import forget_entitlements
        from .actions.awarding import pass_entitlements

        FORGETTERS.append(forget_entitlements)
        SUCCESSIONS.append(pass_entitlements)
        SETTLERS.append("benefits")
