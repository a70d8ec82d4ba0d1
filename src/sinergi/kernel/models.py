"""The kernel's tables: partners, users, grants, what was done (audit), news to carry (events), law versions, keys of persons."""
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from .roles import AREAS, ROLES


class Agency(models.Model):
    """A partner, or an agency that owns programmes without being one. `ground`: on what it shares data (memorandum, Act)."""

    code = models.SlugField(primary_key=True, max_length=20)
    name_ms = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160)
    kind = models.CharField(max_length=20)
    area = models.CharField(max_length=20, default="national")
    partner = models.BooleanField(default=False)
    ground = models.CharField(max_length=200, blank=True)
    website = models.URLField(blank=True)
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class UserRows(BaseUserManager["User"]):
    """Users by e-mail address, which is how they sign in."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of an address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A member of staff of an agency, or a machine client. What he may do stands in his grants."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=160)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="users")
    kind = models.CharField(max_length=10, default="staff")
    language = models.CharField(max_length=2, default="ms")
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField(auto_now_add=True)

    objects = UserRows()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.CheckConstraint(name="user_kind", condition=models.Q(kind__in=["staff", "machine"]))]

    def __str__(self) -> str:
        return str(self.pk)


class Grant(models.Model):
    """A role given to a user over an area, by somebody, until ended. Never deleted: the audit cites it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=24)
    area_kind = models.CharField(max_length=10)
    area = models.CharField(max_length=20, blank=True)
    given_at = models.DateTimeField(auto_now_add=True)
    given_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="grant_role", condition=models.Q(role__in=sorted(ROLES))),
            models.CheckConstraint(name="grant_area_kind", condition=models.Q(area_kind__in=AREAS)),
            models.CheckConstraint(name="grant_area", condition=models.Q(area_kind="national", area="") |
                                   ~models.Q(area_kind="national") & ~models.Q(area="")),
            models.UniqueConstraint(name="grant_once", fields=["user", "role", "area_kind", "area"], condition=models.Q(ended_at=None)),
        ]


class ClientSecret(models.Model):
    """One token of a machine client, as its hash: the token itself is shown once, when it is made, and kept nowhere."""

    UNAUDITED = ("sha256",)

    user = models.ForeignKey(User, models.CASCADE, related_name="secrets")
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=64)
    expires_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="secret_once", fields=["user"], condition=models.Q(ended_at=None))]


class AuditEntry(models.Model):
    """Who did what to which subject, for which purpose, and what changed; or who was shown which persons. Append-only."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    agency = models.CharField(max_length=20)
    purpose = models.CharField(max_length=16)
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=120)
    persons = ArrayField(models.UUIDField())
    changes = models.JSONField()
    request = models.CharField(max_length=40)

    class Meta:
        managed = False  # its table is written by hand in 0002_guard: identity, transaction number, triggers
        db_table = "kernel_auditentry"


class AuditSeal(models.Model):
    """One sealed block of the audit: the entries of `chain` after (from_xid, from_id) up to (to_xid, to_id), with a root over all.

    `leaves`: 48 bytes an entry, in order: id, transaction, SHA-256. `prior` is the root of the block before, across chains.
    """

    block = models.PositiveIntegerField(primary_key=True)
    chain = models.PositiveIntegerField()
    cluster = models.CharField(max_length=20)
    from_xid = models.BigIntegerField()
    from_id = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    to_id = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    leaves = models.BinaryField()
    prior = models.BinaryField()
    root = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["block"]


class Event(models.Model):
    """News of one action, written in its transaction and delivered after commit. Ids only."""

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=120)
    agency = models.CharField(max_length=20, blank=True)
    persons = ArrayField(models.UUIDField(), default=list)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="event_waiting", condition=models.Q(delivered_at=None))]


class Delivery(models.Model):
    """One event on its way to one subscriber: done once, in the subscriber's own transaction; tried again later when that failed."""

    event = models.ForeignKey(Event, models.CASCADE)
    subscriber = models.CharField(max_length=100)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="delivery_once", fields=["event", "subscriber"])]
        indexes = [models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(done_at=None))]


class Progress(models.Model):
    """How far a job is, for the page that waits for it. Ids only; `fault` is a refusal's code or the name of a defect."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.CharField(max_length=64)
    subject = models.CharField(max_length=120, blank=True)
    actor = models.CharField(max_length=64)
    agency = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, default="waiting")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    fault = models.CharField(max_length=100, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="progress_state",
                                              condition=models.Q(state__in=["waiting", "running", "finished", "failed"]))]


class Message(models.Model):
    """One message to one reader: which template, in which language, by which channel. Neither its text nor an address is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.CharField(max_length=64)
    language = models.CharField(max_length=2)
    channel = models.CharField(max_length=6)
    user = models.ForeignKey(User, models.PROTECT, null=True)
    person_id = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)
    agency = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, default="queued")
    fault = models.CharField(max_length=100, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="message_channel", condition=models.Q(channel__in=["email", "sms", "letter"])),
            models.CheckConstraint(name="message_state", condition=models.Q(state__in=["queued", "sent", "failed"])),
            models.CheckConstraint(name="message_reader", condition=models.Q(user=None) ^ models.Q(person_id=None)),
        ]


class PersonKey(models.Model):
    """The key under which a person's values lie in the audit, itself encrypted. Destroying it forgets them; the chain still holds."""

    person_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()


class LawDocument(models.Model):
    """One law file as published, under the hash of its content."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    body = models.TextField()


class LawVersion(models.Model):
    """One published state of the whole law: which files, by hash. A stored answer cites it and is recomputed from it."""

    version = models.CharField(primary_key=True, max_length=64)
    paths = models.JSONField()
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.CharField(max_length=64)

    class Meta:
        ordering = ["-published_at"]


class KeptAnswer(models.Model):
    """What a write of the API answered under an Idempotency-Key of its client, encrypted, for as long as the key stands.

    `sha256`: of the operation and its body; empty `answer`: the write that took the key is still running.
    """

    id = models.BigAutoField(primary_key=True)
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="key_once", fields=["actor", "key"])]
        indexes = [models.Index(fields=["at"], name="key_age")]


class Webhook(models.Model):
    """Where news of an agency is sent: an address of its system, for which verbs, signed with a secret that lies here encrypted.

    `failing_since`: nothing has arrived since; after some days it is paused. A closed one stays for its deliveries.
    """

    UNAUDITED = ("secret",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="webhooks")
    url = models.URLField(max_length=300)
    verbs = ArrayField(models.CharField(max_length=64))
    secret = models.TextField()
    state = models.CharField(max_length=6, default="open")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=64)
    failing_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="webhook_state", condition=models.Q(state__in=["open", "paused", "closed"])),
                       models.UniqueConstraint(name="webhook_once", fields=["agency", "url"], condition=~models.Q(state="closed"))]


class WebhookDelivery(models.Model):
    """One event on its way to one address. Its id is the `webhook-id` that every try carries. `status`: of the last try; 0: no answer.

    `persons`: those the agency may open. `of`: the records that the event's subject belongs to (application, case, outcome), by id.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    persons = ArrayField(models.UUIDField(), default=list)
    of = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="news_state", condition=models.Q(state__in=["waiting", "sent", "given_up"])),
                       models.UniqueConstraint(name="news_once", fields=["webhook", "event"])]
        indexes = [models.Index(fields=["webhook", "-made_at"], name="news_newest")]
