"""`manage first_administrator EMAIL NAME AGENCY`: the one user who is made by no other, on a new installation only."""
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sinergi.kernel import partners, staff
from sinergi.kernel.actors import command
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency, Grant


class Command(BaseCommand):
    """Makes the first national administrator and prints the link at which he sets his password and second factor."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The person and the agency that runs the platform."""
        for name in ("email", "name", "agency"):
            parser.add_argument(name)

    def handle(self, *args: Any, **options: Any) -> None:
        """Refused once an administrator is there: he makes the others."""
        if Grant.objects.filter(role="administrator", area_kind="national", ended_at=None, user__left_at=None).exists():
            raise CommandError("there is an administrator already; he invites the others on the page Users")
        actor = command("first_administrator", "agency.join", "user.invite", "grant.give")
        code = options["agency"]
        try:
            agency = Agency.objects.filter(code=code).first() or partners.join_agency(
                None, actor=actor, purpose="administer", code=code, name_ms=code, name_en=code, kind="statutory", ground="runs the platform",
                on=timezone.localdate())
            user = staff.invite_user(agency, actor=actor, purpose="administer", email=options["email"], name=options["name"])
            staff.give_grant(user, actor=actor, purpose="administer", role="administrator", area_kind="national")
        except Refused as refused:
            raise CommandError(refused.sentence("en")) from refused
        self.stdout.write(f"{options['email']} sets the password at {staff.password_link(user)}")
