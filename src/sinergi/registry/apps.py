"""The registry as a Django app."""
from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Persons, households, facts and consent."""

    name = "sinergi.registry"
    label = "registry"

    def ready(self) -> None:
        """The registry's part when a user or a partner leaves."""
        from sinergi.kernel.partners import SUCCESSIONS
        from sinergi.kernel.staff import HAND_OVERS

        from .actions.passing import pass_drafts, pass_persons

        HAND_OVERS.append(pass_drafts)
        SUCCESSIONS.append(pass_persons)
