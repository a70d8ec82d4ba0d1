"""`take_pictures`: the README's pictures, taken from a running demo, so that they never show a page that is no longer so.

    ./sinergi demo                                   (in one terminal)
    ./sinergi manage take_pictures                   (in another)

Needs the test requirements (Playwright) and the system's Chromium.
"""
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import actor_of
from sinergi.kernel.models import User
from sinergi.registry import queries
from sinergi.registry.queries import linking
from sinergi.web.second_factor import SET_UP

DESK, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Picture:
    """One picture: its file, the page, whether a phone shows it too, what is typed into the page's search first, which button is pressed first."""

    name: str
    address: str
    phone: bool = True
    typed: str = ""
    pressed: str = ""


SIGN_IN = Picture("masuk", "/masuk/")


@contextmanager
def signed_in(user: User) -> Iterator[str]:
    """The key of a session of the user that lives as long as the block."""
    session = SessionStore()
    session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: user.get_session_auth_hash(), SET_UP: True})
    session.create()
    try:
        yield str(session.session_key)
    finally:
        session.delete()


def pages_of(user: User, name: str) -> list[Picture]:
    """The pictures of one person's way; empty when the user has registered nobody whose name begins so."""
    today = timezone.localdate()
    actor = actor_of(user)
    with acting(actor, purpose="screen", page="take_pictures"):
        person = next((p for p in queries.recent_people(actor, limit=100) if p.name.startswith(name)), None)
        household = queries.household_of(person.id, today) if person else None
    if person is None or household is None:
        return []
    born = str(person.birth_date.year) if person.birth_date else ""
    return [Picture("hari-saya", reverse("my_day")), Picture("cari", reverse("search"), typed=f"{person.name}\n{born}"),
            Picture("orang", reverse("person", args=[person.id]), phone=False), Picture("lembaran", reverse("sheet", args=[household])),
            Picture("pakej", reverse("package", args=[household])),
            Picture("program", reverse("programmes"), phone=False), Picture("satu-program", reverse("programme", args=["jkm.bwe"]))]


def whose(person: str) -> tuple[User, list[Picture]]:
    """The first coordinator who registered that person, and the pages to take. CommandError when nobody did."""
    for user in User.objects.filter(grants__role="coordinator", is_active=True).order_by("email").distinct():
        if pages := pages_of(user, person):
            return user, pages
    raise CommandError(f"no coordinator has registered anybody whose name begins with {person!r}: load the demo, or try another --person")


def of_identity() -> Iterator[tuple[User, list[Picture]]]:
    """Who reviews pairs and who sent a list, as far as the demo has them, each with the pages to take."""
    reviewer = User.objects.filter(grants__role="identity_officer", is_active=True).order_by("email").first()
    if reviewer is not None:
        yield reviewer, [Picture("semakan", reverse("review"), phone=False, pressed="Mula")]
    for user in User.objects.filter(grants__role="officer", is_active=True).order_by("email").distinct():
        with acting(actor_of(user), purpose="screen", page="take_pictures"):
            run = next(iter(linking.runs(limit=1)), None)
        if run is not None:
            yield user, [Picture("padanan", reverse("linking_run", args=[run.id]), phone=False)]
            return


def take(browser: Any, origin: str, key: str, pictures: list[Picture], out: Path) -> Iterator[Path]:
    """Every picture on a desk, some on a phone; each file as it is written."""
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": origin}
    for size, suffix in ((DESK, ""), (PHONE, "-telefon")):
        context = browser.new_context(viewport=size, locale="ms-MY", base_url=origin)
        page = context.new_page()
        for picture in pictures:
            if size is PHONE and not picture.phone:
                continue
            if picture != SIGN_IN:
                context.add_cookies([cookie])
            answer = page.goto(picture.address)
            if answer is None or answer.status != 200:
                raise CommandError(f"{picture.address} answered {answer.status if answer else 'nothing'}")
            if picture.typed:
                fields = page.locator("main form[role=search] input:visible").all()
                for field, text in zip(fields, picture.typed.split("\n"), strict=False):
                    field.fill(text)
                fields[0].press("Enter")
                page.wait_for_load_state("networkidle")
                page.locator("[aria-busy=true]").wait_for(state="detached")
            if picture.pressed:
                page.get_by_role("button", name=picture.pressed, exact=True).click()
                page.locator("[data-review]").wait_for()
            page.screenshot(path=out / f"{picture.name}{suffix}.png")
            yield out / f"{picture.name}{suffix}.png"
        context.close()


class Command(BaseCommand):
    """Take every picture anew."""

    help = "Take the pictures of docs/pictures/ from a running demo"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the demo runs, whom the pictures show, where they go."""
        parser.add_argument("--address", default=settings.ORIGIN)
        parser.add_argument("--person", default="Halimah", help="how the name of the demo person begins")
        parser.add_argument("--out", type=Path, default=settings.BASE / "docs" / "pictures")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a picture."""
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as missing:
            raise CommandError("install requirements/test.txt: the pictures are taken with Playwright") from missing
        program = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if program is None:
            raise CommandError("apt-get install --no-install-recommends chromium libatomic1 fonts-dejavu-core")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        options["out"].mkdir(parents=True, exist_ok=True)
        user, pages = whose(options["person"])
        with sync_playwright() as playwright:
            root = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=program, args=[*root, "--disable-dev-shm-usage"])
            for whose_way, pictures in [(user, [SIGN_IN, *pages]), *of_identity()]:
                with signed_in(whose_way) as key:
                    for path in take(browser, options["address"], key, pictures, options["out"]):
                        self.stdout.write(str(path))
            browser.close()
