"""Cases as a Django app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases, referrals, contacts, outcomes."""

    name = "sinergi.cases"
    label = "cases"

    def ready(self) -> None:
        """What cases follow, and their part when a person is forgotten or parted from another, or somebody leaves."""
        from sinergi.kernel.partners import SUCCESSIONS
        from sinergi.kernel.staff import HAND_OVERS
        from sinergi.registry.actions import FORGETTERS
        from sinergi.registry.queries import SETTLERS

        from . import subscribers  # noqa: F401
        from .actions import forget_cases, pass_cases, pass_held

        FORGETTERS.append(forget_cases)
        HAND_OVERS.append(pass_held)
        SUCCESSIONS.append(pass_cases)
        SETTLERS.append("cases")
