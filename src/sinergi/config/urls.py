"""Every address: pages from web, JSON from api."""
from django.urls import include, path

urlpatterns = [path("", include("sinergi.web.urls")), path("", include("sinergi.api.urls"))]
handler400 = "sinergi.web.faults.bad_request"
handler403 = "sinergi.web.faults.forbidden"
handler404 = "sinergi.web.faults.not_found"
handler500 = "sinergi.web.faults.server_error"
