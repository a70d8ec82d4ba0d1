"""`collect_messages`: every English msgid of code, templates and the sign-in library into the catalogues, without system gettext."""
import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "gettext": None, "gettext_lazy": None, "gettext_noop": None, "_": None, "__": None, "N_": None,
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}
ROOMS = ("kernel", "registry", "benefits", "assistance", "cases", "web", "api")
# Files of libraries whose words can reach our pages. The sign-in library ships no Malay; of Django only what its Malay lacks is collected.
FOREIGN = {
    "django": ("core/validators.py", "forms/fields.py", "forms/formsets.py", "forms/models.py", "contrib/auth/password_validation.py"),
    "allauth": ("account/adapter.py", "account/forms.py", "account/fields.py", "account/internal", "mfa/adapter.py", "mfa/base",
                "mfa/totp", "mfa/recovery_codes", "socialaccount/adapter.py", "socialaccount/forms.py", "templates/account/messages",
                "templates/mfa/messages"),
}
CLOCKED = ('"POT-Creation', '"PO-Revision', '"Generated')  # lines that differ at each run
Message = tuple[str | tuple[str, ...], str | None, str]


def files() -> Iterator[tuple[str, Path]]:
    """(name in the catalogue, path) of every file whose words can reach a page."""
    for room in ROOMS:
        for path in sorted((settings.SOURCE / room).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts and "locale" not in path.parts:
                yield path.relative_to(settings.SOURCE).as_posix(), path
    for package, parts in FOREIGN.items():
        spec = find_spec(package)
        assert spec is not None and spec.origin is not None
        home = Path(spec.origin).parent
        for part in parts:
            place = home / part
            for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
                if path.suffix in (".py", ".html", ".txt") and "tests" not in path.parts:
                    yield f"{package}/{path.relative_to(home).as_posix()}", path


def known_to_django() -> set[str]:
    """The msgids that Django's own Malay catalogues translate."""
    spec = find_spec("django")
    assert spec is not None and spec.origin is not None
    found: set[str] = set()
    for place in ("conf", "contrib/auth"):
        path = Path(spec.origin).parent / place / "locale/ms/LC_MESSAGES/django.po"
        own = read_po(io.BytesIO(path.read_bytes()), locale="ms")
        waiting = {str(m.id) for m in untranslated(own)}
        found |= {part for m in own if m.id and str(m.id) not in waiting for part in ([m.id] if isinstance(m.id, str) else m.id)}
    return found


def messages() -> Iterator[Message]:
    """(msgid or (singular, plural), context, file) of everything marked for translation and not translated by Django."""
    done_by_django = known_to_django()
    for name, path in files():
        text = path.read_text("utf-8")
        source = text if path.suffix == ".py" else "\n".join(line.strip() for line in templatize(text, origin=name).splitlines())
        for _line, found, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            if not (name.startswith("django/") and (found if isinstance(found, str) else found[0]) in done_by_django):
                yield found, context, name


def collected() -> Catalog:
    """All messages as one catalogue, in order of first use, with the files that use each."""
    catalogue = Catalog(charset="utf-8")
    for found, context, name in messages():
        if found:
            catalogue.add(found, locations=[(name, 0)], context=context)
    return catalogue


def merged(language: str) -> Catalog:
    """The catalogue of a language with everything collected: known translations kept, new ones empty, unused ones dropped."""
    path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
    old = read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    fresh = Catalog(locale=language, project="Sinergi", version="1", charset="utf-8", fuzzy=False, header_comment=f"# Sinergi: {language}",
                    msgid_bugs_address="Sinergi", last_translator="Sinergi", language_team=language)
    if language == "ms":
        fresh.mime_headers = [("Plural-Forms", "nplurals=1; plural=0;")]
    for message in collected():
        if not message.id:
            continue
        known = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        text = known.string if known is not None and isinstance(known.id, str) == isinstance(message.id, str) else None
        if language == "en":
            text = message.id
        fresh.add(message.id, text, locations=sorted(set(message.locations)), context=message.context)
    return fresh


def untranslated(catalogue: Catalog) -> list[Any]:
    """The messages of a catalogue that lack a translation, or one of its plural forms."""
    return [m for m in catalogue if m.id and not (m.string and all(m.string) if isinstance(m.string, tuple | list) else m.string)]


class Command(BaseCommand):
    """Write the catalogues anew and say what waits for a translation."""

    help = "Collect every English sentence of pages and code into src/sinergi/web/locale/*/LC_MESSAGES/django.po"

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a language, and one for each sentence that waits."""
        for language, _name in settings.LANGUAGES:
            catalogue = merged(language)
            path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / "django.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            out = io.BytesIO()
            write_po(out, catalogue, width=130, omit_header=False, include_lineno=False, sort_output=True)
            lines = out.getvalue().decode().splitlines(keepends=True)
            path.write_text("".join(line for line in lines if not line.startswith(CLOCKED)), "utf-8")
            waiting = untranslated(catalogue)
            self.stdout.write(f"{language}: {len(catalogue)} messages, {len(waiting)} without translation")
            for message in waiting:
                self.stdout.write(f"  {message.id!r}")
