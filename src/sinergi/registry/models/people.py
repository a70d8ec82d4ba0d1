"""Persons, how they are identified and reached, and the households they live in."""
import uuid

from django.db import models
from django.db.models import Q

SEXES = ("male", "female", "")
STANDINGS = ("yet_to_be_helped", "being_helped", "helped")
IDENTIFIER_KINDS = ("mykad", "mykas", "mypr", "old_card", "army", "police", "passport", "unhcr", "birth_certificate")
IDENTIFIER_QUALITIES = ("asserted", "verified", "odd")
RELATIONS = ("head", "spouse", "child", "parent", "sibling", "grandparent", "grandchild", "foster_child", "other")


class Person(models.Model):
    """Somebody known to the platform. His id survives a merge: `merged_into` names whom it became, and both keep opening him.

    `standing` is one of the three published states, the only thing besides his existence that every partner may find.

    `name` is kept as given, never reordered; `name_key` is the form in which names are found (core.linkage). `state` is that of his
    present address, kept here because row security asks it.
    """

    IS_PERSON = True
    PERSONAL = ("name", "name_key", "birth_date", "sex", "died_on")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, blank=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=6, blank=True)
    language = models.CharField(max_length=2, default="ms")
    standing = models.CharField(max_length=20, default="yet_to_be_helped")
    state = models.CharField(max_length=20, blank=True)
    safe_address = models.BooleanField(default=False)
    died_on = models.DateField(null=True)
    registered_by = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_from")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["registered_by", "registered_at"], name="person_registered")]
        constraints = [
            models.CheckConstraint(name="person_name", condition=~Q(name="")),
            models.CheckConstraint(name="person_sex", condition=Q(sex__in=SEXES)),
            models.CheckConstraint(name="person_standing", condition=Q(standing__in=STANDINGS)),
            models.CheckConstraint(name="person_not_merged_into_himself", condition=~Q(merged_into=models.F("id"))),
            models.CheckConstraint(name="person_lived", condition=Q(died_on=None) | Q(birth_date=None) | Q(died_on__gte=models.F("birth_date"))),
        ]


class Identifier(models.Model):
    """A number that names a person. Unique in the whole register, so that two counters at once cannot make two persons of it."""

    PERSONAL = ("value",)

    person = models.ForeignKey(Person, models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=20)
    country = models.CharField(max_length=2, default="MY")
    value = models.CharField(max_length=40)
    quality = models.CharField(max_length=10, default="asserted")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="identifier_once", fields=["kind", "country", "value"], condition=Q(ended_at=None)),
            models.CheckConstraint(name="identifier_kind", condition=Q(kind__in=IDENTIFIER_KINDS)),
            models.CheckConstraint(name="identifier_quality", condition=Q(quality__in=IDENTIFIER_QUALITIES)),
            models.CheckConstraint(name="identifier_value", condition=~Q(value="")),
        ]


class ContactPoint(models.Model):
    """A phone (E.164) or e-mail address. It never identifies: families share one. `hidden`: shown only to named people."""

    PERSONAL = ("value",)

    person = models.ForeignKey(Person, models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=5)
    value = models.CharField(max_length=254)
    hidden = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="contact_kind", condition=Q(kind__in=["phone", "email"]))]


class Household(models.Model):
    """People who live and spend together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    registered_by = models.ForeignKey("kernel.Agency", models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()


class Membership(models.Model):
    """Who belonged to a household from which day to which, and as what. A household has one head at a time."""

    PERSONAL = ("relation",)

    household = models.ForeignKey(Household, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    relation = models.CharField(max_length=12)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["household", "person"], condition=Q(to_on=None)),
            models.UniqueConstraint(name="membership_one_head", fields=["household"], condition=Q(to_on=None, relation="head")),
            models.CheckConstraint(name="membership_relation", condition=Q(relation__in=RELATIONS)),
            models.CheckConstraint(name="membership_days", condition=Q(to_on=None) | Q(to_on__gte=models.F("from_on"))),
        ]


class Guardianship(models.Model):
    """Who answers for a minor, or for an adult who cannot, from which day to which."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="guardians")
    guardian = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="guardian_once", fields=["person", "guardian"], condition=Q(to_on=None)),
            models.CheckConstraint(name="guardian_is_another", condition=~Q(person=models.F("guardian"))),
        ]


class Address(models.Model):
    """Where a person lives, by dated rows. `hidden`: shown only to named people and who holds `address.read_safe`."""

    PERSONAL = ("lines", "postcode", "district")

    person = models.ForeignKey(Person, models.CASCADE, related_name="addresses")
    lines = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=5, blank=True)
    district = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20)
    hidden = models.BooleanField(default=False)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="address_one_present", fields=["person"], condition=Q(to_on=None))]


class SafeReader(models.Model):
    """A user who may read a hidden address and phone."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="safe_readers")
    user = models.ForeignKey("kernel.User", models.CASCADE, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="safe_reader_once", fields=["person", "user"])]


class PersonSearch(models.Model):
    """What the finder's login may read, one row a person, written by triggers alone. Nothing here that a coordinator may not find."""

    person_id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200)
    birth_year = models.IntegerField(null=True)
    state = models.CharField(max_length=20)
    agency = models.CharField(max_length=20)
    standing = models.CharField(max_length=20, default="yet_to_be_helped")

    class Meta:
        managed = False  # written by hand in 0002_guard: arrays of keys, their indexes, the triggers
        db_table = "registry_personsearch"
