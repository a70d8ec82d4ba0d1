"""Cases, referrals with what they carry, contacts, and the answers of the persons themselves."""

import uuid

from django.db import models
from django.db.models import Q

from sinergi.kernel.flow import flow, states

from .words import CHANNELS, CLOSED_AS, DECLINES, STEPS

CASE = flow(
    "case",
    {
        "outcome.confirm": (frozenset({"open"}), "closed"),
        "case.close_unreachable": (frozenset({"open"}), "closed"),
        "case.reopen": (frozenset({"closed"}), "open"),
    },
)
REFERRAL = flow(
    "referral",
    {
        "referral.accept": (frozenset({"sent", "asked"}), "accepted"),
        "referral.decline": (frozenset({"sent", "asked"}), "declined"),
        "referral.ask": (frozenset({"sent"}), "asked"),
        "referral.answer": (frozenset({"asked"}), "sent"),
        "referral.withdraw": (frozenset({"sent", "asked"}), "withdrawn"),
        "referral.expire": (frozenset({"sent", "asked"}), "expired"),
        "referral.revoke": (frozenset({"sent", "asked", "accepted"}), "withdrawn"),
    },
)
WAITING = ("sent", "asked")
ANSWERS = ("waiting", "yes", "no", "silent")


class Case(models.Model):
    """One need of one person. While open: exactly one responsible agency (`agency`) and one next date; the constraint holds it.

    `from_agency` had it before; `holder`: the user who has it in hand, if anybody. `discreet`: others may not learn who helps, nor with what.
    """

    PERSONAL = ("need", "next_step", "closed_words")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    household = models.ForeignKey("registry.Household", models.SET_NULL, null=True, related_name="+")
    need = models.CharField(max_length=12)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    from_agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    holder = models.ForeignKey("kernel.User", models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, default="open")
    next_on = models.DateField(null=True)
    next_step = models.CharField(max_length=16)
    helped = models.BooleanField(default=False)
    discreet = models.BooleanField(default=False)
    region = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    touched_at = models.DateTimeField()
    reopened = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_as = models.CharField(max_length=12, blank=True)
    closed_words = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["agency", "next_on"], name="case_due", condition=Q(state="open")),
            models.Index(fields=["person"], name="case_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(name="case_one_open", fields=["person", "need"], condition=Q(state="open")),
            models.CheckConstraint(name="case_state", condition=Q(state__in=["open", "closed"])),
            models.CheckConstraint(name="case_open_has_next", condition=~Q(state="open") | Q(next_on__isnull=False)),
            models.CheckConstraint(name="case_step", condition=Q(next_step__in=sorted(STEPS))),
            models.CheckConstraint(
                name="case_closed",
                condition=Q(state="open", closed_at=None, closed_as="") | Q(state="closed", closed_at__isnull=False, closed_as__in=sorted(CLOSED_AS)),
            ),
        ]


class Referral(models.Model):
    """A person sent on to another agency for a need, by his consent, to be answered by a day."""

    PERSONAL = ("note", "question", "answer", "decline_words")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="referrals")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    from_agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    to_agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60, blank=True)
    need = models.CharField(max_length=12)
    note = models.CharField(max_length=1000, blank=True)
    consent = models.ForeignKey("registry.Consent", models.CASCADE, related_name="+")
    discreet = models.BooleanField(default=False)
    group = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="sent")
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=64)
    answer_by = models.DateField()
    question = models.CharField(max_length=1000, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    reminded_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    decline_code = models.CharField(max_length=16, blank=True)
    decline_words = models.CharField(max_length=500, blank=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["to_agency", "state", "answer_by"], name="referral_inbox"),
            models.Index(fields=["from_agency", "-sent_at"], name="referral_sent"),
            models.Index(fields=["answer_by"], name="referral_waiting", condition=Q(state__in=WAITING)),
        ]
        constraints = [
            models.UniqueConstraint(name="referral_one_waiting", fields=["case"], condition=Q(state__in=WAITING)),
            models.CheckConstraint(name="referral_state", condition=Q(state__in=sorted({"sent", *states(REFERRAL)}))),
            models.CheckConstraint(name="referral_not_to_itself", condition=~Q(from_agency=models.F("to_agency"))),
            models.CheckConstraint(name="referral_declined", condition=~Q(state="declined") | Q(decline_code__in=sorted(DECLINES))),
            models.CheckConstraint(name="referral_asked", condition=~Q(state="asked") | ~Q(question="")),
        ]


class ReferralPacket(models.Model):
    """The facts that were shown before sending, and nothing else. Written once; what is sensitive lies in a row of its own."""

    PERSONAL = UNAUDITED = ("facts",)

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="packets")
    sensitive = models.BooleanField()
    facts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(name="referral_packet_once", fields=["referral", "sensitive"])]


class ReferralGroup(models.Model):
    """Many persons referred to one agency at once: the same programme, note and kinds of facts (`fact_names`) for all, one transaction each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    to_agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    programme = models.CharField(max_length=60, blank=True)
    fact_names = models.JSONField(default=list)
    note = models.CharField(max_length=1000, blank=True)
    answer_by = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    undone_at = models.DateTimeField(null=True)


class GroupRow(models.Model):
    """One case of a group: waiting, sent, or left out with the code of the refusal."""

    group = models.ForeignKey(ReferralGroup, models.CASCADE, related_name="rows")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, default="waiting")
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="group_row_once", fields=["group", "case"]),
            models.CheckConstraint(name="group_row_outcome", condition=Q(outcome__in=("waiting", "sent", "left_out"))),
        ]


class Contact(models.Model):
    """One time somebody tried to reach the person, or was reached by him."""

    PERSONAL = ("note",)

    case = models.ForeignKey(Case, models.CASCADE, related_name="contacts")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8)
    inward = models.BooleanField()
    reached = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="contact_channel", condition=Q(channel__in=sorted(CHANNELS)))]


class Outcome(models.Model):
    """ "Served": the agency's word; and then what the person (or for a minor his guardian: `asked_of`) said: received? solved?"""

    PERSONAL = ("words", "said", "asked_by")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="outcomes")
    person = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    asked_of = models.ForeignKey("registry.Person", models.CASCADE, related_name="+")
    agency = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    served_on = models.DateField()
    words = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, default="waiting")
    tries = models.PositiveSmallIntegerField(default=1)
    ask_again_on = models.DateField()
    received = models.BooleanField(null=True)
    solved = models.BooleanField(null=True)
    said = models.CharField(max_length=500, blank=True)
    how = models.CharField(max_length=8, blank=True)
    asked_by = models.CharField(max_length=160, blank=True)
    answered_by = models.ForeignKey("registry.Person", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="outcome_one_waiting", fields=["case"], condition=Q(state="waiting")),
            models.CheckConstraint(name="outcome_state", condition=Q(state__in=ANSWERS)),
            models.CheckConstraint(
                name="outcome_answered",
                condition=~Q(state__in=["yes", "no"]) | Q(received__isnull=False, solved__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(name="outcome_asked_by", condition=~Q(how__in=["counter", "phone"]) | ~Q(asked_by="")),
        ]


class Asking(models.Model):
    """One time the person was asked, by a link or a code that is used once. Neither is kept: both follow from the id and the house's key."""

    UNAUDITED = ("code",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outcome = models.ForeignKey(Outcome, models.CASCADE, related_name="askings")
    channel = models.CharField(max_length=8)
    language = models.CharField(max_length=2)
    code = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    expires_on = models.DateField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="asking_channel", condition=Q(channel__in=sorted(CHANNELS)))]


class Guess(models.Model):
    """A code that was none, typed from somewhere (a fingerprint of the address): counted, so that guessing stops."""

    source = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["source", "at"], name="guess_of_source")]
