"""Logs: one JSON object a line, with the request's id and ids of things; never a name, a number or a value of a person."""
import json
import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
KEPT = ("verb", "path", "method", "status", "ms", "job", "actor", "agency", "count", "code")


class JsonLines(logging.Formatter):
    """A record -> one line. Only the fields of KEPT travel besides the message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {"at": self.formatTime(record), "level": record.levelname, "from": record.name, "says": says(record),
                "request": request_id.get()}
        line |= {k: v for k in KEPT if (v := getattr(record, k, None)) is not None}
        if record.exc_info:
            kind, _, trace = record.exc_info
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            line["fault"] = kind.__name__ if kind else ""
            line["where"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
        return json.dumps(line, default=str)


def says(record: logging.LogRecord) -> str:
    """The message; where the framework names the address asked for, its route instead: a person's link is a key, and an address holds it."""
    request, words = getattr(record, "request", None), record.getMessage()
    path = str(getattr(request, "path", ""))
    if len(path) < 2:
        return words
    route = getattr(getattr(request, "resolver_match", None), "route", None) or "-"
    return words.replace(path.encode("unicode_escape").decode("ascii"), route).replace(path, route)
