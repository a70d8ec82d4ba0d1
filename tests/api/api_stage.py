"""What the tests of the API stand on: systems of partners with their tokens, and calls as they send them."""
from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from sinergi.kernel import clients
from sinergi.kernel.actors import command
from sinergi.kernel.models import Agency
from sinergi.kernel.roles import ROLES

TYPED = {"person": {"name": "Norazlina binti Hamzah", "mykad": "891214-17-5078", "phone": "019-000 0110",
                    "facts": {"income": "RM 600.00", "citizenship": "citizen", "marital": "married", "work": "self_employed"}},
         "members": [{"name": "Aisyah binti Faizal", "birth_date": "3/4/2015", "sex": "P", "relation": "anak"}],
         "address": {"lines": "12 Jalan Mawar", "postcode": "70100", "state": "Negeri Sembilan", "district": "Seremban"},
         "household": {"ekasih": "poor"}, "needs": ["food"], "held_known": True}


@dataclass
class System:
    """A machine client of an agency, its secret, and a token with all its verbs."""

    client: str
    secret: str
    token: str

    def narrowed(self, *scope: str) -> str:
        """A token with these verbs alone."""
        return clients.issue_token(self.client, self.secret, scope, at=timezone.now()).text

    def call(self, method: str, path: str, body: object = None, **more: str) -> Any:
        """A call of this system."""
        return call(method, path, self.token, body, **more)

    def done(self, method: str, path: str, body: object = None, status: int = 200, **more: str) -> dict[str, Any]:
        """A call that is answered so; its answer."""
        answer = self.call(method, path, body, **more)
        assert answer.status_code == status, (path, answer.status_code, answer.content.decode())
        return answer.json()

    def refused(self, method: str, path: str, body: object = None, **more: str) -> tuple[int, str]:
        """A call that is refused; status and code."""
        answer = self.call(method, path, body, **more)
        assert answer.status_code >= 400 and answer["Content-Type"] == "application/problem+json", answer.content.decode()
        return answer.status_code, answer.json()["code"]


def system_of(agency: str) -> System:
    """A new machine client of a partner."""
    today = timezone.localdate()
    maker = command("stage", "client.create", "grant.give", *sorted(ROLES["machine"]))  # nobody gives what he does not hold
    issued = clients.create_client(Agency.objects.get(code=agency), actor=maker, purpose="administer", name=f"Sistem {agency}",
                                   expires_on=today + dt.timedelta(days=30), on=today)
    client = str(issued.user.pk)
    return System(client, issued.secret, clients.issue_token(client, issued.secret, at=timezone.now()).text)


def call(method: str, path: str, token: str = "", body: object = None, **headers: str) -> Any:
    """A call as a system sends it; a body that is bytes goes as it is."""
    given = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    given |= {"HTTP_PURPOSE": "register", "HTTP_ACCEPT_LANGUAGE": "en"} | {f"HTTP_{k.upper()}": v for k, v in headers.items()}
    kind = given.pop("HTTP_CONTENT_TYPE", "application/json")
    content = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
    return Client().generic(method, f"/api/v1{path}", content, content_type=kind, **given)


def soon(days: int = 5) -> str:
    """A day ahead."""
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()
