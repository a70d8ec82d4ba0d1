"""Facts of a person and his household: what is believed, where it comes from, what was believed before; and recording one."""
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.core import rules
from sinergi.core.identity import read_day
from sinergi.kernel import law as published
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, codes, queries
from sinergi.registry.submission import SubmissionFaults

from ..fact_forms import UNKNOWN, control
from ..sheet_view import askable
from ..typed import TypedForm, actor_at, day_field, language, listed, today
from .shown import fact_words, file_of, label_of, origin

PARTICULARS = ("birth_date", "sex", "relation", "state", "held", "needs")  # these have forms of their own


@login_required
@require_GET
def facts(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Every fact with value, origin, the days it holds and when it was recorded; under it what was believed before."""
    actor_at(request, "person.read")
    context, law = file_of(request, person_id, "person_facts"), published.current()
    found = queries.facts_of(context["person_id"], today(), law=law)
    before: dict[str, list[dict[str, Any]]] = {}
    for old in queries.fact_history(context["person_id"], today()):
        if old.replaced_at is not None:
            before.setdefault(old.name, []).append(fact_row(old, law, context["agencies"]))
    rows = sorted((fact_row(f, law, context["agencies"]) | {"before": before.get(f.name, ())} for f in found), key=lambda row: row["label"])
    groups = [(_("This person"), [r for r in rows if not r["of_household"]]), (_("The whole household"), [r for r in rows if r["of_household"]])]
    return render(request, "person/facts.html", context | {"groups": [g for g in groups if g[1]], "recordable": recordable(law)})


def fact_row(fact: queries.FactView, law: rules.Law, agencies: dict[str, str]) -> dict[str, Any]:
    """A fact as the page shows it."""
    return {"name": fact.name, "label": label_of(fact.name, law), "value": fact_words(fact.name, fact.value, law),
            "of_household": fact.of_household, "origin": origin(fact, agencies), "from": fact.valid_from, "to": fact.valid_to,
            "recorded_at": fact.recorded_at, "sensitive": fact.sensitive,
            "by": fact.recorded_by_name, "replaced_at": fact.replaced_at, "mend": fact.name not in PARTICULARS and fact.name in law.facts}


def recordable(law: rules.Law) -> list[tuple[str, str]]:
    """Facts that a counter can ask, by label."""
    found = [(name, label_of(name, law)) for name, fact in law.facts.items() if fact.tree is None and askable(fact) and name not in PARTICULARS]
    return sorted(found, key=lambda pair: pair[1].lower())


class OriginForm(TypedForm):
    """Since when a fact holds, until when, who said so and on what evidence."""

    on = day_field(gettext_lazy("Holds from"), needed=True)
    valid_to = day_field(gettext_lazy("Holds until"), hint=gettext_lazy("Leave empty while it goes on"))
    said_by = forms.ChoiceField(label=gettext_lazy("Who says so"))
    evidence = forms.ChoiceField(label=gettext_lazy("Evidence"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_by"].choices = listed(codes.SAID_BY)  # type: ignore[attr-defined]
        self.fields["evidence"].choices = listed(codes.EVIDENCE_WORDS)  # type: ignore[attr-defined]

    def day(self, name: str) -> Any:
        """A day as typed; None when it is empty. Raises Refused."""
        typed = self.value(name)
        try:
            return read_day(typed, on=today()) if typed else None
        except ValueError as wrong:
            raise Refused("day.unreadable", field=name, given=typed) from wrong


@login_required
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record one fact, or record it anew: what stood before stays as history."""
    actor = actor_at(request, "fact.record")
    context, law = file_of(request, person_id, "person_facts"), published.current()
    name = (request.POST or request.GET).get("fact", "")
    fact = law.facts.get(name)
    if fact is None or name not in dict(recordable(law)):
        return redirect("person_facts", person_id)
    form = OriginForm(request.POST or None, initial={"on": f"{today():%d/%m/%Y}", "said_by": "self", "evidence": "declared"})
    value, fault, refused = request.POST.get("value", ""), "", ""
    if request.method == "POST":
        try:
            if not value:
                raise Refused("sheet.no_answer")
            valid_from, until = form.day("on") or today(), form.day("valid_to")
            if until and until < valid_from:
                raise Refused("day.before_start", field="valid_to")
            actions.record_facts(context["person_id"], actor=actor, facts={name: None if value == UNKNOWN else value}, on=valid_from,
                                 valid_to=until, said_by=form.value("said_by"), evidence=form.value("evidence"))
            messages.success(request, _("Recorded: %(fact)s.") % {"fact": label_of(name, law)})
            return redirect("person_facts", person_id)
        except SubmissionFaults as faults:
            fault = faults.faults[0].words[language()]
        except Refused as why:
            sentence = form.say_refused(why)
            fault, refused = (sentence, "") if why.code == "sheet.no_answer" else ("", sentence)
    shown = control(fact, name="value")
    return render(request, "person/fact.html", context | {"form": form, "fact": name, "control": shown, "typed": value, "fault": fault,
                                                          "refused": refused, "label": label_of(name, law)},
                  status=422 if request.method == "POST" else 200)
