"""What the tests of the counter's pages stand on: a family registered by a user's agency, forms as a browser posts them, text of a page."""
from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import actor_of
from sinergi.kernel.models import User
from sinergi.registry import actions
from tests.registry.registry_stage import FAMILY
from tests.web.conftest import BACKEND

DESK = {"person.name": "Chik Som binti Deris", "person.document": "mykad", "person.number": "900227-17-5136", "person.phone": "019-000 0110",
        "address.lines": "Kampung Laut", "address.postcode": "16040", "address.state": "kelantan", "needs": ["food", "business"],
        "held_said": "none", "language": "ms", "count.members": "0", "count.held": "0"}


def client_of(user: User) -> Client:
    """A signed-in visitor without a browser."""
    made = Client()
    made.force_login(user, backend=BACKEND)
    return made


def acting_as(user: User, purpose: str = "register") -> Any:
    """The context in which a user of a test acts."""
    return acting(actor_of(user), purpose=purpose, page="test")


def family(user: User, **changed: Any) -> actions.Registered:
    """A household of three, registered by the user's agency."""
    return actions.take_in({**FAMILY, **changed}, actor=actor_of(user), purpose="register", on=timezone.localdate())


def alone(user: User, name: str = "Jimbai anak Sigan", mykad: str = "000109-17-0159", **more: Any) -> UUID:
    """One person alone, registered by the user's agency."""
    body = {"person": {"name": name, "mykad": mykad, **more}, "address": {"state": "kuala_lumpur"}}
    return actions.take_in(body, actor=actor_of(user), purpose="register", on=timezone.localdate()).person_id


def text_of(answer: Any) -> str:
    """What a page says, tags left out and blanks tidied."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())


def entries(owner: Any, verb: str) -> int:
    """How many entries of a verb the audit holds."""
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def begun(client: Client, text: str = "", more: str = "") -> str:
    """The address of a draft begun from a search."""
    return client.post("/daftar/", {"text": text, "more": more})["Location"]
