"""Every page's address. One flat list: each area module exports `urlpatterns` with names; add a line here and nothing else."""
from sinergi.web import account, audit_pages, language, operations, programmes

urlpatterns = [
    *account.urlpatterns,
    *audit_pages.urlpatterns,
    *language.urlpatterns,
    *operations.urlpatterns,
    *programmes.urlpatterns,
]
