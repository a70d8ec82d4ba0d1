"""Every part of the pages on one specimen sheet: axe, both schemes, forced colours, 320 px, paper."""
import datetime as dt
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from sinergi.web.templatetags.sinergi import GROUPS
from tests.web.conftest import check

SOURCE = (Path(__file__).parent / "specimen.html").read_text("utf-8")
DAY = dt.date(2026, 11, 23)


class Sample(forms.Form):
    name = forms.CharField(label="Nama", help_text="Seperti dalam kad")
    kind = forms.ChoiceField(label="Dokumen", choices=[("a", "MyKad"), ("b", "Pasport")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Setuju")
    note = forms.CharField(label="Nota", required=False, widget=forms.Textarea)


def answer(group):
    return {
        "group": group, "name": "Bantuan Penjagaan OKU / Pesakit Kronik Terlantar", "agency": "JKM", "law": "Garis panduan JKM",
        "sentence": "Ya. Anda berumur 66 tahun, dan pendapatan RM400 tidak melebihi garis miskin tegar RM1,236.", "summary": "2 syarat",
        "lines": [{"result": True, "text": "Warganegara", "cite": "JKM", "status": "official"},
                  {"result": None, "text": "Pendapatan", "cite": "JKM", "status": "press"}],
        "amounts": [{"sum": 60000, "words": "sebulan", "status": "repo"}], "missing": ["Kurang: penyata bank"],
        "next_step": "Daftar di eBantuanJKM", "place": "JKM Larut, Matang dan Selama", "days": "Biasanya 60 hari",
        "action_address": "#", "action_words": "Rujuk ke JKM"}


FRAME = {"nav": [{"label": "Hari saya", "url": "#", "key": "", "here": True}], "home": "#", "signed_in": True, "who": "Nurul Ain",
         "agency": "PERKESO", "demo": True, "official": True, "languages": [("en", "English")]}
PERSON = {"name": "Wan Nur Syazwani Aqilah binti Wan Mohd Khairuddin", "state": "being_helped", "identity": "600302-17-5062",
          "details": ["66 tahun", "Taiping, Perak"], "office": "PERKESO Taiping", "next_on": DAY}
EVIDENCE = [{"text": "Nama bapa sama", "weight": 30, "word": "menyokong"}, {"text": "Tahun lahir beza", "weight": -30, "word": "membantah"},
            {"text": "Telefon tidak diberi", "weight": None, "word": "tidak diketahui"}]
MOMENTS = [{"on": DAY, "text": "MAIM membayar RM1,500", "more": "Bukti diterima.", "now": True},
           {"on": DAY, "text": "Dibuka semula", "turn": True}]
FACTS = [{"label": "Pendapatan", "value": "RM400 sebulan", "origin": "Kata beliau sendiri"}, {"label": "Kelas asnaf", "hidden": True}]


def specimen():
    context = {
        "frame": FRAME, "person": PERSON, "evidence": EVIDENCE, "moments": MOMENTS, "facts": FACTS, "form": Sample({}),
        "crumbs": [("#", "Hari saya")],
        "tabs": [{"address": "#", "label": "Ringkasan", "here": True}, {"address": "#", "label": "Lembaran", "n": "3 layak"}],
        "groups": [{"group": g, "words": str(w), "answer": answer(g)} for g, (_i, w) in GROUPS.items()],
        "tally": [{"group": g, "n": 4, "words": str(w), "target": f"g-{g}"} for g, (_i, w) in GROUPS.items()],
        "steps": [{"address": "#", "label": s, "state": s} for s in ("done", "now", "fix", "todo")]}
    with translation.override("ms"):
        return Template(SOURCE).render(Context(context))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part_is_clean(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto("/masuk/")
    page.set_content(specimen(), wait_until="networkidle")
    check(page)


def test_nothing_scrolls_sideways_at_320_and_with_large_text(page):
    page.goto("/masuk/")
    page.set_content(specimen(), wait_until="networkidle")
    page.set_viewport_size({"width": 320, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= 320")
    page.set_viewport_size({"width": 640, "height": 740})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= 640")


def test_outcomes_differ_by_shape_without_colour(page):
    page.emulate_media(forced_colors="active")
    page.goto("/masuk/")
    page.set_content(specimen(), wait_until="networkidle")
    shapes = page.evaluate("""[...document.querySelectorAll('.answer > .mark')].map(m => { const s = getComputedStyle(m);
        return [s.borderTopStyle, s.borderTopLeftRadius, m.querySelector('use').getAttribute('href').split('#')[1]].join(' ') })""")
    assert len(set(shapes)) == 4
    assert page.locator(".mark .sr").count() == page.locator(".mark").count()


def test_on_paper_there_are_no_controls(page):
    page.goto("/masuk/")
    page.set_content(specimen(), wait_until="networkidle")
    page.emulate_media(media="print")
    for gone in (".btn", ".nav", ".tabs", ".safe", ".foot", ".who", ".tally"):
        assert page.locator(f"{gone}:visible").count() == 0, gone
    assert page.locator(".answer:visible").count() == 4


def test_fingers_find_their_targets(page):
    page.goto("/masuk/")
    page.set_content(specimen(), wait_until="networkidle")
    small = page.evaluate("""[...document.querySelectorAll('main .btn, main .choice label, main .input')]
        .filter(e => e.getBoundingClientRect().height < 36).map(e => e.outerHTML.slice(0, 80))""")
    assert small == []
