"""What the tests of the door stand on: six digits from a secret, forms filled as a person does, an agency's own sign-in beside it."""
from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

PASSWORD = "a long sentence for tests"
ACCOUNT = "/akaun/"


def digits(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def give_password(page: Page, user: Any, onward: str = ACCOUNT) -> None:
    """Fill the first form of the door."""
    page.goto(f"/masuk/?next={onward}")
    page.get_by_label("E-mel kerja").fill(user.email)
    page.get_by_label("Kata laluan").fill(PASSWORD)
    page.get_by_role("button", name="Teruskan").click()


def set_up(page: Page) -> str:
    """Set up the second factor on the page that asks for it; returns its secret."""
    secret = page.locator("code.code").first.inner_text()
    page.locator("input[name=code]").fill(digits(secret))
    page.get_by_role("button", name="Hidupkan").click()
    expect(page.locator("ul.codes")).to_be_visible()
    return secret


def sign_in_by_client(client: Any, user: Any, onward: str = ACCOUNT, **header: str) -> Any:
    """Post the first form of the door with the test client."""
    return client.post(f"/masuk/?next={onward}", {"login": user.email, "password": PASSWORD, "next": onward}, **header)


def field(answer: Any, name: str) -> str:
    """The text that a page shows in its first <code class="NAME">."""
    return re.search(rf'<code class="{name}">([^<]+)</code>', answer.content.decode()).group(1)


@contextmanager
def agency_door(*people: dict[str, object]) -> Iterator[str]:
    """Another program that plays an agency's sign-in (OpenID Connect) and knows these people; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    known = [part for person in people for part in ("--user-claims", json.dumps(person))]
    program = subprocess.Popen([sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *known],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        program.wait(10)
