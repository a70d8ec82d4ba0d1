"""`manage demo_story`: the main job of the demo, step by step in the terminal. Exit code 0 only if the story ended as it should."""
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sinergi.cli.demo import story


class Command(BaseCommand):
    """Tells the story; refuses in production."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Step by step."""
        if not settings.DEMO_PEOPLE:
            raise CommandError("the demo is refused in production (SINERGI_MODE=production)")
        now = timezone.now()
        try:
            story.tell(self.stdout.write, now, timezone.localdate(now))
        except story.StoryBroken as broken:
            raise CommandError(f"the story did not end as it should: {broken}") from broken
