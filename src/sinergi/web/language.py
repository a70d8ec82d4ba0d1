"""Malay or English: one form post, kept in a cookie, no JavaScript needed."""
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

YEAR = 365 * 24 * 3600


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Set the language cookie to `language` and go back to `next`; an unknown language or a foreign address is ignored."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, secure=settings.LANGUAGE_COOKIE_SECURE,
                          httponly=settings.LANGUAGE_COOKIE_HTTPONLY, samesite="Lax")
    return answer


urlpatterns = [path("bahasa/", switch, name="switch_language")]
