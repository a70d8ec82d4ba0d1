"""The catalogue of programmes: the law in words, its figures through time, found by need, agency and word."""
import datetime as dt
import re

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import expect

from sinergi.core import rules
from sinergi.kernel.law_files import read_documents
from sinergi.web import catalogue
from sinergi.web.step_chart import HEIGHT, WIDTH, chart
from tests.web.conftest import check

DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def law():
    return rules.build(read_documents(settings.LAW_DIR))


@pytest.mark.parametrize("language", ["ms", "en"])
def test_every_programme_can_be_told_in_both_languages(law, language):
    with translation.override(language):
        for programme in law.programmes.values():
            page = catalogue.page_of(law, programme, DAY)
            assert all(r.text and "{" not in r.text for r in (*page.requirements, *page.exclusions)), programme.id
            assert all(catalogue.need_words(need) for need in programme.needs) and len(page.examples) >= 4, programme.id
            assert all(gift.text or gift.figures for gift in page.gifts), programme.id


def test_requirements_carry_the_figures_of_the_day(law):
    def rule(day):
        return " ".join(r.text for r in catalogue.page_of(law, law.programmes["jkm.bwe"], day).requirements)

    assert "RM1,236" in rule(DAY) and "RM1,236" not in rule(dt.date(2025, 6, 1))


def test_a_figure_through_time_is_newest_first_and_knows_today(law):
    figure = catalogue.figure(law, "jkm.bwe", DAY)
    starts = [v.start for v in figure.values]
    assert starts == sorted(starts, reverse=True) and [v.text for v in figure.now] == ["RM600"]


def test_the_chart_draws_each_value_to_scale_inside_its_frame(law):
    drawing = chart(catalogue.figure(law, "jkm.bwe", DAY).charted, DAY)
    heights = [drawing.base - s.y for s in drawing.steps]
    assert heights == sorted(heights) and heights[-1] / heights[0] == pytest.approx(600 / 350, abs=0.02)
    assert all(0 <= s.x1 <= s.x2 <= WIDTH and 0 < s.y < HEIGHT for s in drawing.steps)
    assert [s.text for s in drawing.steps] == ["RM350", "RM500", "RM600"] and drawing.steps[-1].weak and not drawing.steps[0].weak


def value(start, end, number):
    return catalogue.Value(start, end, str(number), (), number, "official", "", "", "", False, "", False)


def test_fewer_than_three_numbers_are_written_not_drawn():
    assert chart([value(dt.date(2020, 1, 1), None, 5)] * 2, DAY) is None


def test_a_gap_in_time_stays_a_gap():
    drawing = chart([value(dt.date(2020, 1, 1), dt.date(2020, 12, 31), 1), value(dt.date(2021, 1, 1), dt.date(2021, 6, 30), 2),
                     value(dt.date(2023, 1, 1), None, 3)], DAY)
    assert drawing.steps[0].rise_to == drawing.steps[1].y and drawing.steps[1].rise_to is None and drawing.steps[1].x2 < drawing.steps[2].x1


@pytest.mark.parametrize(("asked", "found"), [
    ({"q": "warga EMAS"}, "jkm.bwe"), ({"need": "funeral"}, "ppjm.burial"), ({"agency": "irm"}, "irm.aid"),
    ({"q": "older jkm"}, "jkm.bwe")])
def test_programmes_are_found_by_need_agency_and_word(law, asked, found):
    with translation.override("ms"):
        ids = [p.id for p in catalogue.matching(law.programmes.values(), {"jkm": "Jabatan Kebajikan Masyarakat (JKM)"}, **asked)]
    assert found in ids and len(ids) < len(law.programmes)


def test_the_list_and_a_programme_are_clean(page, make_user, sign_in, published_law):
    sign_in(page, make_user())
    page.goto("/program/")
    expect(page.get_by_role("heading", level=2, name=re.compile(rf"{len(published_law.programmes)} program"))).to_be_visible()
    check(page)
    for one in ("jkm.bwe", "perkeso.eis", "irm.aid"):
        page.goto(f"/program/{one}/")
        check(page)


def test_the_list_narrows_in_place(page, make_user, sign_in, published_law):
    sign_in(page, make_user())
    page.goto("/program/")
    page.get_by_label("Keperluan").select_option("funeral")
    burial = page.get_by_role("link", name=published_law.programmes["ppjm.burial"].name["ms"])
    expect(page.get_by_role("link", name=published_law.programmes["jkm.bat"].name["ms"])).to_have_count(0)
    expect(burial).to_be_visible()
    expect(page.locator("[data-live]")).to_have_text(re.compile(r"^\d program$"))
    page.get_by_label("Nama atau perkataan").fill("tiada program begini")
    expect(page.get_by_text("Tiada program yang sepadan")).to_be_visible()
    check(page)


@pytest.mark.without_javascript
def test_the_list_narrows_without_script(page, make_user, sign_in, published_law):
    sign_in(page, make_user())
    page.goto("/program/")
    page.get_by_label("Agensi").select_option("irm")
    page.get_by_role("button", name="Tunjukkan").click()
    page.get_by_role("link", name=published_law.programmes["irm.aid"].name["ms"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(published_law.programmes["irm.aid"].name["ms"])
    expect(page.get_by_text("Tiada syarat diterbitkan")).to_be_visible()


def test_before_the_first_publication_the_list_says_so(page, make_user, sign_in):
    sign_in(page, make_user())
    page.goto("/program/")
    expect(page.get_by_text("Belum ada undang-undang diterbitkan")).to_be_visible()
    check(page)


def test_strangers_are_sent_to_the_door_and_unknown_programmes_are_not_there(page, make_user, sign_in, published_law):
    page.goto("/program/jkm.bwe/")
    assert page.url.endswith("/masuk/?next=/program/jkm.bwe/")
    sign_in(page, make_user())
    assert page.goto("/program/no.such/").status == 404


def test_codes_in_figures_are_told_in_words(law):
    with translation.override("ms"):
        sectors = catalogue.figure(law, "act789.sectors", DAY).now[0].text
    assert law.facts["sector"].labels["agriculture"]["ms"] in sectors and "_" not in sectors
