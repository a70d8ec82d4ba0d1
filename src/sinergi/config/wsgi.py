"""The WSGI entry: pages through every layer of settings.MIDDLEWARE, the API past what only pages need.

It warms the address table, because Django builds it at the first request (1 to 3 s), and the comparison of records, whose machine code is fetched
in 1 s or, the first time after an update, made in 20: before the workers part, so that none of them does it with somebody at the counter.
What is loaded by then stays for good, so it is set apart from what the garbage collector goes through: a full round costs 15 to 40 ms otherwise.
"""
import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.middleware.security import SecurityMiddleware
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
pages = get_wsgi_application()

from sinergi.api.door import Door  # noqa: E402
from sinergi.registry.queries.weighing import warmed  # noqa: E402
from sinergi.web.middleware import RequestLog  # noqa: E402


class ApiHandler(WSGIHandler):
    """Answers the API through three layers: number and log line, the transport's headers, the API's own."""

    def load_middleware(self, is_async: bool = False) -> None:
        """The three layers, inside out."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        answer: Any = self._get_response  # type: ignore[attr-defined]
        for layer in (Door, SecurityMiddleware, RequestLog):
            guarded: Any = convert_exception_to_response(answer)
            answer = layer(guarded)
        self._middleware_chain = convert_exception_to_response(answer)


api = ApiHandler()
get_resolver().reverse_dict  # noqa: B018
warmed()
gc.collect()
gc.freeze()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One request."""
    return (api if environ.get("PATH_INFO", "").startswith("/api/") else pages)(environ, start_response)
