"""The catalogue of programmes: found by need, agency or word; one programme with its rule, figures, sources and examples."""
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from sinergi.core.rules.law import Law
from sinergi.kernel import law as kept_law
from sinergi.kernel.models import Agency
from sinergi.web import catalogue
from sinergi.web.admission import needs
from sinergi.web.step_chart import chart


def law_of_today() -> Law | None:
    """The published law, or None before the first publication."""
    try:
        return kept_law.current()
    except LookupError:
        return None


def agency_names() -> dict[str, str]:
    """Code -> name in the page's language."""
    return dict(Agency.objects.values_list("code", f"name_{catalogue.language()}"))


def brief(gifts: tuple[catalogue.Gift, ...]) -> list[catalogue.Gift]:
    """The first two gifts that read differently in a list."""
    found: dict[tuple[str, str], catalogue.Gift] = {}
    for gift in gifts:
        found.setdefault((gift.text, gift.pay), gift)
    return list(found.values())[:2]


@needs("programme.read")
def programmes(request: HttpRequest) -> HttpResponse:
    """The list, narrowed by ?need= ?agency= ?q=; what is not in a list of choices is ignored."""
    law, names = law_of_today(), agency_names()
    every = list(law.programmes.values()) if law else []
    counts = catalogue.counts(every)
    need, agency, q = (request.GET.get(key, "") for key in ("need", "agency", "q"))
    need, agency = need if need in catalogue.NEEDS else "", agency if agency in counts else ""
    day = timezone.localdate()
    found = catalogue.matching(every, names, need=need, agency=agency, q=q[:80])
    rows = [{"of": p, "agency": names.get(p.agency, p.agency.upper()), "needs": [catalogue.need_words(n) for n in p.needs],
             "gifts": brief(catalogue.gifts(law, p, day)) if law else [], "in_force": p.in_force_on(day)} for p in found]
    agencies = sorted(((code, names.get(code, code.upper()), n) for code, n in counts.items()), key=lambda entry: entry[1].lower())
    return render(request, "programmes/list.html", {
        "rows": rows, "total": len(every), "agencies": agencies, "needs": [(code, catalogue.need_words(code)) for code in catalogue.NEEDS],
        "need": need, "agency": agency, "q": q[:80], "law_version": law.version[:12] if law else ""})


@needs("programme.read")
def programme(request: HttpRequest, programme_id: str) -> HttpResponse:
    """One programme as the law of today has it. Raises Http404 for an id the law does not know."""
    law = law_of_today()
    found = law.programmes.get(programme_id) if law else None
    if law is None or found is None:
        raise Http404
    day = timezone.localdate()
    page = catalogue.page_of(law, found, day)
    return render(request, "programmes/one.html", {
        "page": page, "programme": found, "agency": agency_names().get(found.agency, found.agency.upper()), "day": day,
        "needs": [catalogue.need_words(n) for n in found.needs], "figures": [(f, chart(f.charted, day)) for f in page.figures],
        "law_version": law.version[:12]})


urlpatterns = [path("program/", programmes, name="programmes"), path("program/<str:programme_id>/", programme, name="programme")]
