"""Every page's address. One flat list: each area module exports `urlpatterns` with names; add a line here and nothing else."""
from sinergi.web import account, language, programmes

urlpatterns = [
    *account.urlpatterns,
    *language.urlpatterns,
    *programmes.urlpatterns,
]
