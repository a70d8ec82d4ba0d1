"""News to a partner's own systems: the addresses, one with what became of each piece, and the steps: open, change, pause, close, send again."""
import datetime as dt
import re
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sinergi.kernel import webhooks
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Webhook
from sinergi.web import role_words
from sinergi.web.admission import needs
from sinergi.web.partners import agency_or_404, step_page
from sinergi.web.typed import language
from sinergi.web.user_steps import at_field

MOST = 50
STATES = {"open": ("yes", "check", _("open")), "paused": ("ask", "clock", _("paused")), "closed": ("no", "lock", _("closed"))}
PIECES = {"waiting": ("ask", "clock", _("waiting")), "sent": ("yes", "check", _("arrived")), "given_up": ("bad", "lock", _("given up"))}


class AddressForm(forms.Form):
    """Where news goes, and of what."""

    url = forms.CharField(label=_("Address"), max_length=300, help_text=_("Begins with https://. It is asked with POST and answers 2xx."),
                          widget=forms.URLInput(attrs={"autocomplete": "off"}))
    verbs = forms.MultipleChoiceField(label=_("News of"), widget=forms.CheckboxSelectMultiple,
                                      choices=[(verb, role_words.VERBS.get(verb, verb)) for verb in webhooks.NEWS])


class ChangeForm(AddressForm):
    """The same, and whether it rests."""

    paused = forms.BooleanField(label=_("Pause: nothing is sent until this is taken away"), required=False)


class AgainForm(forms.Form):
    """From which day on news is sent again."""

    since = forms.DateField(label=_("All news since"), widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))


def hook_or_404(number: UUID) -> Webhook:
    """An address the visitor may see. Raises Http404."""
    found = webhooks.webhook(number)
    if found is None:
        raise Http404
    return found


def told(hook: Webhook) -> dict[str, Any]:
    """An address with its state in words."""
    return {"of": hook, "state": STATES[hook.state], "verbs": [role_words.VERBS.get(verb, verb) for verb in hook.verbs]}


def page(request: HttpRequest, form: forms.Form, hook: Webhook, **more: Any) -> HttpResponse:
    """The page of one address, with its form."""
    rows = webhooks.deliveries(hook, before=more.pop("before", None), most=MOST + 1)
    pieces = [{"of": row, "state": PIECES[row.state], "what": role_words.VERBS.get(row.event.verb, row.event.verb)} for row in rows[:MOST]]
    older = f"?before={rows[MOST - 1].made_at.timestamp()}" if len(rows) > MOST else ""
    may_change = hook.state != "closed" and request.actor.reaches("webhook.change", hook.agency_id)  # type: ignore[attr-defined]
    shown = {"hook": told(hook), "name": role_words.agency_name(hook.agency), "pieces": pieces, "older": older, "form": form,
             "may_change": may_change}
    return render(request, "webhooks/one.html", {**shown, **more}, status=422 if form.errors or more.get("refused") else 200)


@needs("webhook.read")
def addresses(request: Any, code: str) -> HttpResponse:
    """The addresses of one partner."""
    agency = agency_or_404(code)
    if not request.actor.reaches("webhook.read", code):
        raise Http404
    return render(request, "webhooks/list.html", {
        "agency": agency, "name": role_words.agency_name(agency), "hooks": list(map(told, webhooks.webhooks_of(code))),
        "may_open": agency.left_on is None and request.actor.reaches("webhook.open", code)})


@needs("webhook.read")
def address(request: Any, number: UUID) -> HttpResponse:
    """One address with the pieces sent to it, the newest first; POST sends one, or all since a day, again."""
    hook, at = hook_or_404(number), timezone.now()
    before = request.GET.get("before", "")
    moment = dt.datetime.fromtimestamp(float(before), dt.UTC) if re.fullmatch(r"[0-9]{1,11}(\.[0-9]{0,9})?", before) else None
    piece = request.POST.get("piece", "")
    form = AgainForm(request.POST if request.method == "POST" and not piece else None)
    if request.method != "POST" or (not piece and not form.is_valid()):
        return page(request, form, hook, before=moment)
    try:
        known = {str(row.pk): row.pk for row in webhooks.deliveries(hook, most=1000)} if piece else {}
        if piece and piece not in known:
            raise Http404
        since = None if piece else timezone.make_aware(dt.datetime.combine(form.cleaned_data["since"], dt.time.min))
        count = webhooks.replay(hook, actor=request.actor, at=at, delivery=known.get(piece), since=since)
    except Refused as fault:
        return page(request, form, hook, refused=fault.sentence(language()))
    sentence = ngettext("%(n)s piece of news is sent again.", "%(n)s pieces of news are sent again.", count) % {"n": count}
    return page(request, AgainForm(), hook, done=sentence)


@needs("webhook.open")
def open_address(request: Any, code: str) -> HttpResponse:
    """Let news be sent to an address. The answer to the form shows the secret, this once."""
    agency, refused = agency_or_404(code), ""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = webhooks.open_webhook(agency, actor=request.actor, at=timezone.now(), **form.cleaned_data)
            return render(request, "webhooks/secret.html", {"hook": made.webhook, "secret": made.secret})
        except Refused as fault:
            refused = at_field(form, fault)
    lead = gettext("Ids only are sent, signed, of people and cases of this agency. What does not arrive is tried again for days.")
    return step_page(request, form, refused, agency, title=gettext("Send news to a system"), leads=[lead], submit=gettext("Open this address"))


@needs("webhook.change")
def change_address(request: Any, number: UUID) -> HttpResponse:
    """Change address or kinds of news, pause, go on."""
    hook, refused = hook_or_404(number), ""
    form = ChangeForm(request.POST or None, initial={"url": hook.url, "verbs": hook.verbs, "paused": hook.state == "paused"})
    if request.method == "POST" and form.is_valid():
        try:
            webhooks.change_webhook(hook, actor=request.actor, **form.cleaned_data)
            return redirect("webhook", number=number)
        except Refused as fault:
            refused = at_field(form, fault)
    return step_page(request, form, refused, hook.agency, title=gettext("Change where news is sent"), submit=gettext("Save"))


@needs("webhook.close")
def close_address(request: Any, number: UUID) -> HttpResponse:
    """Close an address for ever."""
    hook, refused = hook_or_404(number), ""
    if request.method == "POST":
        try:
            webhooks.close_webhook(hook, actor=request.actor, at=timezone.now())
            return redirect("webhooks", code=hook.agency_id)
        except Refused as fault:
            refused = fault.sentence(language())
    lead = gettext("Nothing is sent to %(url)s any more, and what waits for it is given up.") % {"url": hook.url}
    return step_page(request, forms.Form(request.POST or None), refused, hook.agency, title=gettext("Close this address?"), leads=[lead],
                     submit=gettext("Yes, close it"), keep=gettext("No, keep it"))


urlpatterns = [
    path("rakan/<slug:code>/berita/", addresses, name="webhooks"),
    path("rakan/<slug:code>/berita/buka/", open_address, name="webhook_open"),
    path("berita/<uuid:number>/", address, name="webhook"),
    path("berita/<uuid:number>/ubah/", change_address, name="webhook_change"),
    path("berita/<uuid:number>/tutup/", close_address, name="webhook_close"),
]
