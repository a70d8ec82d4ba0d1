"""The auditor's pages: search the audit, take what was found as a file; and the outbox of messages."""
import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from sinergi.kernel import audit_queries, notify
from sinergi.kernel.acting import current, shown
from sinergi.kernel.action import VERBS
from sinergi.kernel.audit_queries import END, PAGE, Entry, Wanted
from sinergi.kernel.models import Agency, User
from sinergi.web import role_words

MOST_IN_A_FILE = 10_000
HEADINGS = ("id", "at", "actor", "agency", "purpose", "verb", "subject", "persons", "request", "changes")
CHANNELS = {"email": _("e-mail"), "sms": _("text message"), "letter": _("letter")}
STATES = {"queued": ("ask", "clock", _("waits")), "sent": ("yes", "check", _("sent")), "failed": ("bad", "warn", _("failed"))}


def admit(verb: str) -> None:
    """Only who holds the verb."""
    context = current()
    if context is None or not context.actor.holds(verb):
        raise PermissionDenied


def verb_word(verb: str) -> str:
    """A verb as people say it; those of the platform itself have no other word than their name."""
    return str(role_words.VERBS.get(verb, verb)) if verb != "person.read" else gettext("look at a person")


class Search(forms.Form):
    """What an auditor looks for. Every field may be empty."""

    person = forms.UUIDField(label=_("Person"), required=False, help_text=_("his number in this system"),
                             error_messages={"invalid": _("This is not a person’s number. Copy it from a line of this page.")})
    actor = forms.CharField(label=_("Who acted"), required=False, max_length=64, help_text=_("e-mail address, or command:name"))
    verb = forms.ChoiceField(label=_("What was done"), required=False)
    agency = forms.ChoiceField(label=_("Agency"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = "ms" if get_language() == "ms" else "en"
        verbs = sorted(((verb, verb_word(verb)) for verb in {*VERBS, "person.read"}), key=lambda one: one[1].lower())
        self.fields["verb"].choices = [("", _("anything")), *verbs]  # type: ignore[attr-defined]
        agencies = Agency.objects.values_list("code", f"name_{language}").order_by(f"name_{language}")
        self.fields["agency"].choices = [("", _("every agency")), *agencies]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """The search the kernel understands; an e-mail address becomes its user's id."""
        given = self.cleaned_data
        actor = given.get("actor") or ""
        if "@" in actor:
            found = User.objects.filter(email__iexact=actor).values_list("pk", flat=True).first()
            actor = str(found or actor)
        return Wanted(given.get("person"), actor, given.get("verb") or "", given.get("agency") or "", given.get("since"), given.get("until"))


def searched(request: HttpRequest) -> tuple[Search, Wanted | None]:
    """The form as filled, and the search, or None when a field is wrong. Looking for one person is itself noted as a look at him."""
    form = Search(request.GET or None)
    if form.is_bound and not form.is_valid():
        return form, None
    wanted = form.wanted() if form.is_bound else Wanted()
    if wanted.person is not None:
        shown([wanted.person])
    return form, wanted


def names_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Actor -> name, for the users among them. One query."""
    ids = [UUID(one) for one in {entry.actor for entry in entries} if len(one) == 36 and one.count("-") == 4]
    return {str(number): name for number, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}


@login_required
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The search and one page of what it finds, newest first; ?before= an entry's number goes on from there."""
    admit("audit.read")
    form, wanted = searched(request)
    before = request.GET.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 19 else END
    found = audit_queries.entries(wanted, before=start, most=PAGE + 1) if wanted is not None else []
    page, names = found[:PAGE], names_of(found)
    kept = urlencode({key: value for key, value in request.GET.items() if key != "before" and value})
    older = f"?{kept}&before={page[-1].id}" if len(found) > PAGE else ""
    return render(request, "audit/search.html", {
        "form": form, "rows": [(entry, {"who": names.get(entry.actor, entry.actor), "did": verb_word(entry.verb),
                                        "why": role_words.PURPOSES.get(entry.purpose, entry.purpose)}) for entry in page], "older": older,
        "newest": f"{reverse('audit')}?{kept}" if start != END else "", "file": f"{reverse('audit_file')}?{kept}", "most": MOST_IN_A_FILE,
    }, status=200 if wanted is not None else 422)


def harmless(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%") else text


@login_required
@require_safe
def audit_file(request: HttpRequest) -> HttpResponse:
    """What the search finds as CSV, at most MOST_IN_A_FILE entries, newest first. Personal values stay locked."""
    admit("audit.read")
    form, wanted = searched(request)
    if wanted is None:
        return render(request, "audit/search.html", {"form": form, "rows": []}, status=422)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for one in audit_queries.every_entry(wanted, most=MOST_IN_A_FILE):
        changes = "; ".join(f"{name}: {was} > {now}" for name, was, now in one.changes)
        writer.writerow(map(harmless, (one.id, timezone.localtime(one.at), one.actor, one.agency, one.purpose, one.verb, one.subject,
                                       " ".join(map(str, one.persons)), one.request, changes)))
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate().isoformat()}.csv"'
    return answer


@login_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages and their state, newest first; in demo and test mode also their words, which are otherwise nobody's to read here."""
    admit("message.read")
    before = parse_datetime(request.GET.get("before", "")) if request.GET.get("before") else None
    found = notify.outbox(before=before, most=PAGE + 1)
    rows = [{"message": one.message, "text": one.text, "channel": CHANNELS[one.message.channel], "state": STATES[one.message.state],
             "reader": one.message.user.name if one.message.user else _("a person"),
             "paragraphs": one.text.body.split("\n\n")} for one in found[:PAGE]]
    older = "?" + urlencode({"before": found[PAGE - 1].message.queued_at.isoformat()}) if len(found) > PAGE else ""
    return render(request, "audit/outbox.html", {"rows": rows, "words": settings.DEMO_PEOPLE, "older": older})


urlpatterns = [
    path("audit/", audit, name="audit"),
    path("audit/fail.csv", audit_file, name="audit_file"),
    path("peti-keluar/", outbox, name="outbox"),
]
