"""A missing Malay string fails the build: ours, the sign-in library's, and Django's own that our forms can show."""
import io
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from sinergi.kernel.errors import sentences
from sinergi.web.management.commands.collect_messages import KEYWORDS, collected, messages, untranslated
from sinergi.web.management.commands.compile_languages import compile_file

HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
DJANGO = ("core/validators.py", "forms/fields.py", "forms/formsets.py", "forms/models.py", "contrib/auth/password_validation.py",
          "utils/dates.py")


def catalogue(language):
    path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


def forms_of(message):
    return [message.id] if isinstance(message.id, str) else list(message.id)


@pytest.mark.parametrize("language", ["ms", "en"])
def test_every_sentence_is_translated(language):
    have = {(tuple(forms_of(m)), m.context) for m in catalogue(language)}
    missing = [m.id for m in collected() if m.id and (tuple(forms_of(m)), m.context) not in have]
    assert missing == [], "run ./sinergi manage collect_messages, then translate"
    assert [m.id for m in untranslated(catalogue(language))] == []


def test_no_sentence_is_used_alone_and_counted():
    found = [m for m, _context, _name in messages()]
    alone = {m for m in found if isinstance(m, str)}
    assert {m for m in found if not isinstance(m, str) and m[0] in alone} == set(), "Malay has one form: the hole would be left in it"


def test_translations_keep_their_holes():
    for message in catalogue("ms"):
        if message.id:
            wanted = set(HOLES.findall(forms_of(message)[-1]))
            for text in [message.string] if isinstance(message.string, str) else message.string:
                assert not text or set(HOLES.findall(text)) == wanted, message.id


def in_malay(found, context):
    """A marked string as Malay pages say it; of a plural the form for two."""
    if isinstance(found, str):
        return translation.pgettext(context, found) if context else translation.gettext(found)
    return translation.npgettext(context, *found, 2) if context else translation.ngettext(*found, 2)


def test_what_django_says_in_forms_is_malay():
    home = Path(find_spec("django").origin).parent
    english = []
    with translation.override("ms"):
        for part in DJANGO:
            for _line, found, _comments, context in extract("python", io.BytesIO((home / part).read_bytes()), keywords=KEYWORDS):
                words = found if isinstance(found, str) else found[-1]
                if " " in words and in_malay(found, context) == words:
                    english.append(words)
    assert english == []


def test_refusals_are_in_both_languages_with_the_same_facts():
    for code, words in sentences().items():
        assert set(words) == {"ms", "en"}, code
        ms, en = ({re.sub(r"_(ms|en)}$", "}", hole) for hole in HOLES.findall(text)} for text in (words["ms"], words["en"]))
        assert set(ms) == set(en), code  # {mend_ms} and {mend_en} are one fact told in each language


def test_a_cookie_chooses_the_language(client, db):
    assert "Masuk ke Sinergi" in client.get("/masuk/").content.decode()
    answer = client.post("/bahasa/", {"language": "en", "next": "/masuk/"})
    assert (answer.status_code, answer["Location"]) == (302, "/masuk/")
    page = client.get("/masuk/").content.decode()
    assert '<html lang="en">' in page and "Sign in to Sinergi" in page


@pytest.mark.parametrize(("sent", "back"), [("https://evil.example/", "/"), ("//evil.example", "/"), ("", "/"), ("/masuk/?a=b",) * 2])
def test_the_switch_leads_nowhere_else(client, db, sent, back):
    answer = client.post("/bahasa/", {"language": "xx", "next": sent})
    assert answer["Location"] == back and settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_a_changed_catalogue_is_compiled_and_an_unchanged_one_left(tmp_path):
    import gettext

    place = tmp_path / "ms" / "LC_MESSAGES" / "django.po"
    place.parent.mkdir(parents=True)
    place.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Search"\nmsgstr "Cari"\n', "utf-8")
    assert compile_file(place) and not compile_file(place)
    with place.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Search") == "Cari"
    assert [p.name for p in place.parent.iterdir() if p.suffix == ".mo"] == ["django.mo"]
