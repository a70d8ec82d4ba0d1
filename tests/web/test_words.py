"""Words and shapes of the templates: money, days, names, numbers of identity, tables, form fields, the summary of faults."""
import doctest
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from sinergi.web.templatetags import sinergi as words


def drawn(source, **context):
    return Template(source).render(Context(context))


def test_examples_in_docstrings_are_true():
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(("value", "text"), [
    (60000, "RM600"), (49596, "RM495.96"), (Decimal("600.00"), "RM600"), (123456700, "RM1,234,567"),
    (0, "RM0"), (-500, "−RM5"), (None, "")])
def test_money(value, text):
    assert words.money(value) == text


@pytest.mark.parametrize("value", [1.5, True, "600"])
def test_money_is_never_a_float_nor_text(value):
    with pytest.raises(TypeError):
        words.money(value)


@pytest.mark.parametrize(("language", "text"), [
    ("ms", "3 Mac 2026 · 03/03/2026 · Selasa, 3 Mac 2026"), ("en", "3 March 2026 · 03/03/2026 · Tuesday, 3 March 2026")])
def test_days_come_day_first_in_both_languages(language, text):
    with translation.override(language):
        assert drawn("{{ d|date_words }} · {{ d|date_short }} · {{ d|weekday_words }}", d=date(2026, 3, 3)) == text
        assert drawn("{{ d|date_words }} · {{ d|date_short }} · {{ d|weekday_words }}", d="2026-03-03") == text


def test_a_moment_is_told_in_the_time_of_the_country():
    late = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    assert words.moment(late).replace(words.NO_BREAK, " ") == "24/11/2026 01:30"
    assert words.date_short(late) == "24/11/2026"


@pytest.mark.parametrize(("name", "kept"), [("Aminah", "Aminah"), ("Nurul Ain binti Mohd Rosli", "Nurul Ain binti_Mohd Rosli"),
                                            ("Siva a/l Raman", "Siva a/l_Raman"), ("Anding anak Jawan", "Anding anak_Jawan")])
def test_names_stay_as_given(name, kept):
    assert words.person_name(name).replace(words.NO_BREAK, "_") == kept


def test_bilingual_texts_follow_the_page():
    with translation.override("en"):
        assert drawn("{{ t|words }}", t={"ms": "Ya", "en": "Yes"}) == "Yes"
    with translation.override("ms"):
        assert drawn("{{ t|words }}", t={"ms": "Ya", "en": "Yes"}) == "Ya"
    assert drawn("{{ t|words }}{{ n|words }}", t="plain <b>", n=None) == "plain &lt;b&gt;"


@pytest.mark.parametrize("group", ["yes", "ask", "judge", "no"])
def test_every_outcome_has_its_own_shape_and_a_word(group):
    with translation.override("ms"):
        drawing = words.mark(group)
    assert f"mark-{group}" in drawing and '<span class="sr">' in drawing
    assert len({words.GROUPS[g][0] for g in words.GROUPS}) == 4


def test_weak_figures_are_dashed_and_firm_ones_not():
    assert "src-weak" in words.src("press") and "src-weak" not in words.src("official")


def test_tables_keep_their_roles_and_escape_what_they_hold():
    table = drawn('{% cards "People" "Name" "Age"|numeric "" %}{% row %}{% first %}{{ n }}{% endfirst %}'
                  '{% cell_num "Age" %}7{% endcell_num %}{% cell %}go{% endcell %}{% endrow %}{% endcards %}', n="<script>")
    assert table.count("<th ") == 4 and "&lt;script&gt;" in table and "<script>" not in table
    assert '<td role="cell" class="num" data-label="Age">' in table and '<tr role="row"><th role="rowheader" scope="row">' in table


def test_citations_link_https_only():
    made = words.urls('https://www.perkeso.gov.my/en; <b> javascript:alert(1) "http://a.example"')
    assert '<a href="https://www.perkeso.gov.my/en" rel="noreferrer">perkeso.gov.my</a>;' in made
    assert made.count("<a") == 1 and "<b>" not in made


class Intake(forms.Form):
    name = forms.CharField(label="Name")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, help_text="What was said")
    agree = forms.BooleanField(label="Agreed")

    def clean(self):
        raise forms.ValidationError("Both cannot be.")


def test_faults_are_summed_up_first_and_linked_to_their_fields():
    form = Intake({})
    summary = drawn("{% errors form refused=refused %}", form=form, refused="Not now.")
    for link in ('href="#id_name"', 'href="#id_kind_0"', 'href="#id_agree"'):
        assert link in summary
    assert summary.index("Not now.") < summary.index("#id_name") and "Both cannot be." in summary and 'role="alert"' in summary
    assert drawn("{% errors form %}", form=forms.Form({})).strip() == ""


def test_a_field_says_its_fault_and_hint_to_a_screen_reader():
    form = Intake({})
    name = drawn("{% field form.name width='m' %}", form=form)
    assert 'aria-invalid="true"' in name and 'aria-describedby="id_name_error"' in name
    assert 'id="id_name_error"' in name and "input-m" in name
    note = drawn("{% field form.note %}", form=form)
    assert 'aria-describedby="id_note_helptext"' in note and 'id="id_note_helptext"' in note
    kind = drawn("{% field form.kind %}", form=form)
    assert kind.count('class="choice"') == 2 and "<fieldset" in kind and '<label for="id_kind_1">B</label>' in kind


def test_comments_of_templates_are_not_printed():
    broken = [path.name for path in (settings.SOURCE / "web" / "templates").rglob("*.html")
              if any("{#" in line and "#}" not in line for line in path.read_text("utf-8").splitlines())]
    assert broken == []
