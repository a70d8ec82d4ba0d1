"""The habits of every page test: Chromium on a phone and a desk, signed-in visitors, axe, a clean console, no sideways scroll.

`page` gives every test both sizes; mark a test `without_javascript` to switch scripts off. `page.problems` collects what the console said.
`check(page)` is the standing demand on every page. Wait by locator; never by a string of code, which the content policy refuses.
"""
from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's sync API runs inside a loop; Django would refuse its own calls
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 900}}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
REPLACED = ("Execution context was destroyed", "reading 'documentElement'", "navigation")  # a look met by the next page
OPENED: list[Browser] = []
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a page drives the browser."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_configure(config: pytest.Config) -> None:
    """Our own mark."""
    config.addinivalue_line("markers", "without_javascript: the page fixture switches scripts off")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; never one that Playwright downloads. One a process, whichever folder's tests ask first."""
    if OPENED:
        yield OPENED[0]
        return
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.fail("Chromium is missing: apt-get install --no-install-recommends chromium libatomic1 fonts-dejavu-core")
    with sync_playwright() as playwright:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=program, args=[*root, "--disable-dev-shm-usage"])
        OPENED.append(opened)
        yield opened
        OPENED.clear()
        opened.close()


def is_problem(message: ConsoleMessage, opened: set[str]) -> bool:
    """Errors and warnings; not the browser's remark that a page we opened ourselves answered 401, 403 or 404."""
    expected = message.text.startswith("Failed to load resource") and message.location["url"] in opened
    return message.type in ("error", "warning") and not expected


@pytest.fixture(params=SIZES)
def page(browser: Browser, request: pytest.FixtureRequest, site: str) -> Iterator[Page]:
    """A fresh visitor from Malaysia on `site`, so that page.goto("/masuk/") works. Its `problems` list what the console complained of."""
    script = request.node.get_closest_marker("without_javascript") is None
    context = browser.new_context(locale="ms-MY", timezone_id="Asia/Kuala_Lumpur", viewport=SIZES[request.param], base_url=site,
                                  java_script_enabled=script)
    visitor = context.new_page()
    visitor.problems, opened = [], set()
    visitor.on("request", lambda r: opened.add(r.url) if r.is_navigation_request() else None)
    visitor.on("console", lambda m: visitor.problems.append(m.text) if is_problem(m, opened) else None)
    visitor.on("pageerror", lambda e: visitor.problems.append(str(e)))
    yield visitor
    context.close()


@pytest.fixture
def make_user(own_db: str) -> Callable[..., Any]:
    """make_user(role="coordinator", agency="perkeso", **fields): a committed user of `own_db` with one grant over his agency.

    area="" makes the grant nationwide. The password is "a long sentence for tests".
    """
    from sinergi.kernel.acting import acting
    from sinergi.kernel.action import writing
    from sinergi.kernel.actors import command
    from sinergi.kernel.models import Agency, Grant, User

    def make(role: str = "coordinator", agency: str = "perkeso", *, area: str | None = None, **fields: Any) -> User:
        with acting(command("tests"), purpose="administer"), writing("user.invite"):
            named = {"name_ms": agency.upper(), "name_en": agency.upper(), "kind": "statutory", "partner": True}
            home, _ = Agency.objects.get_or_create(code=agency, defaults=named)
            user = User(**{"email": f"{role}@{agency}.example", "name": "Nurul Ain binti Rosli", "agency": home, **fields})
            user.set_password("a long sentence for tests")
            user.save()
            place = agency if area is None else area
            Grant.objects.create(user=user, role=role, area_kind="agency" if place else "national", area=place, given_by="command:tests")
        return user

    return make


@pytest.fixture
def sign_in(site: str) -> Callable[[Page, Any], None]:
    """sign_in(page, user): the session's cookie is set, no form is filled."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    def enter(visitor: Page, user: Any) -> None:
        session = SessionStore()
        session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: user.get_session_auth_hash()})
        session.create()
        visitor.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site}])

    return enter


def settled(visitor: Page, look: Callable[[], Any]) -> Any:
    """What `look` sees on the page that stays: the answer to a click may replace the page in the middle of a look, which is then begun again."""
    for _ in range(3):
        visitor.wait_for_load_state()
        try:
            return look()
        except Error as fault:
            if not any(sign in str(fault) for sign in REPLACED):
                raise
    return look()


def axe(visitor: Page) -> list[tuple[str, str, str]]:
    """What axe finds: (rule, impact, first element). `evaluate` does not pass through the content policy, a script tag would."""
    def look() -> Any:
        visitor.evaluate(AXE)
        return visitor.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)

    found = settled(visitor, look)["violations"]
    return [(v["id"], v["impact"], v["nodes"][0]["html"][:160]) for v in found]


def check(visitor: Page) -> None:
    """The standing demand: axe finds nothing, the console is clean, nothing scrolls sideways, one h1, no inline style or handler."""
    assert axe(visitor) == []
    assert visitor.problems == []
    assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert visitor.locator("h1").count() == 1
    inline = visitor.evaluate("[...document.body.querySelectorAll('*')].filter(e => [...e.attributes]"
                              ".some(a => a.name == 'style' || a.name.startsWith('on'))).map(e => e.outerHTML.slice(0, 120))")
    assert inline == []
