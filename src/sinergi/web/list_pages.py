"""What the pages of both kinds of list share: the door for a file, columns to map, rows by outcome, the tabs between the kinds."""
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from sinergi.kernel.errors import Refused
from sinergi.registry.submission import spreadsheet

BUSY = ("checking", "running")


def sent(request: HttpRequest) -> tuple[bytes, str]:
    """(content, title) of an uploaded list; no more is read than a list may hold. Refused: `list.no_file`."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("list.no_file", field="file")
    return upload.read(spreadsheet.files.KINDS["list"].most + 1), request.POST.get("title") or upload.name or ""


def chosen_columns(request: HttpRequest) -> dict[str, str]:
    """Column number -> field, as chosen on the page."""
    return {key.removeprefix("column-"): str(value) for key, value in request.POST.items() if key.startswith("column-")}


def column_rows(header: Sequence[str], mapped: Mapping[str, str], samples: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Each column with its first values and what it means so far."""
    return [{"number": i, "name": name, "field": mapped.get(str(i), ""), "sample": [line[i] for line in samples if i < len(line) and line[i]]}
            for i, name in enumerate(header)]


def counted(counts: Mapping[str, int], groups: Mapping[str, str], words: Mapping[str, Mapping[str, str]], language: str) -> list[dict[str, Any]]:
    """Rows by outcome as jump links, in the order a person asks for them. `groups`: outcome -> its mark."""
    return [{"group": group, "n": counts[name], "words": words[name][language], "target": "rows", "worded": True}
            for name, group in groups.items() if counts.get(name)]


def as_csv(content: bytes, name: str, only: str) -> HttpResponse:
    """A result to keep; `only` what is to mend has that in its name."""
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}{"-betulkan" if only else ""}.csv"'
    return response


def kinds(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    """Tabs between lists of people and lists of awards, for who sees both."""
    found = [("batches", "batch.read", _("People")), ("award_lists", "award_list.read", _("Awards"))]
    tabs = [{"address": reverse(name), "label": label, "here": name == here}
            for name, verb, label in found if request.actor.holds(verb)]  # type: ignore[attr-defined]
    return tabs if len(tabs) > 1 else []
