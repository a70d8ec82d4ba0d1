"""Every page's address. One flat list: each area module exports `urlpatterns` with names; add a line here and nothing else."""
from sinergi.web import account, audit_pages, batches, language, operations, partners, programmes, purpose, sheet, users

urlpatterns = [
    *account.urlpatterns,
    *audit_pages.urlpatterns,
    *batches.urlpatterns,
    *language.urlpatterns,
    *operations.urlpatterns,
    *partners.urlpatterns,
    *programmes.urlpatterns,
    *purpose.urlpatterns,
    *sheet.urlpatterns,
    *users.urlpatterns,
]
