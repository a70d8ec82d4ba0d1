"""What the tests of applying and deciding stand on: a family of AIM's, the zakat council of its state that decides, posts as a browser sends them."""
from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.registry.registry_stage import FAMILY
from tests.web.counter_stage import client_of, family

KNOWN = {"citizenship": "citizen", "marital": "married", "work": "self_employed", "full_time_student": "no"}
CONSENT = {"consent.how": "spoken_with_witness", "consent.witness": "Puan Siti", "consent.language": "ms"}
REFUSE = {"outcome": "refuse", "reasons": ["no_funds"], "words": "Peruntukan tahun ini sudah habis.", "amount": "", "pay": "monthly",
          "from_on": "", "to_on": "", "against": ""}
APPROVE = {**REFUSE, "outcome": "approve", "reasons": [], "words": "", "amount": "300", "to_on": "31/05/2027"}
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def paper(name: str = "slip.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A document as a browser uploads it."""
    return SimpleUploadedFile(name, content, "application/pdf")


class Desk:
    """Two agencies and a family. `aim` serves it, `pbns` decides its zakat; `boss` oversees PBNS, `second` is another officer there."""

    def __init__(self, make_user: Any) -> None:
        self.aim = make_user("coordinator", "aim", name="Rosmah binti Daud")
        self.pbns = make_user("officer", "pbns", name="Hafiz bin Omar")
        self.second = make_user("officer", "pbns", name="Suraya binti Ali", email="second@pbns.example")
        self.boss = make_user("supervisor", "pbns", name="Zaleha binti Kassim")
        facts = {**FAMILY["person"]["facts"], **KNOWN}
        self.registered = family(self.aim, person={**FAMILY["person"], "facts": facts})
        self.household: UUID = self.registered.household_id
        self.person: UUID = self.registered.person_id

    @property
    def apply_at(self) -> str:
        """Where one applies for zakat."""
        return f"/isi-rumah/{self.household}/mohon/pbns.zakat/"

    def applied(self, **more: Any) -> str:
        """The address of an application that AIM has sent."""
        answer = client_of(self.aim).post(self.apply_at, {"member": "", "need": "cash", **CONSENT, **more})
        assert answer.status_code == 302, answer.content.decode()[:2000]
        return str(answer["Location"])

    def approved(self, address: str) -> None:
        """Approve an application as PBNS."""
        answer = client_of(self.pbns).post(f"{address}putus/", {**APPROVE, "step": "save"})
        assert answer.status_code == 302, answer.content.decode()[:2000]

