"""Addresses of sign-in: the pages of the sign-in library that we use, and no others. Nobody signs himself up or changes his own address."""
from allauth.account import views
from django.urls import include, path, re_path
from django.views.generic import RedirectView

urlpatterns = [
    path("masuk/", views.login, name="account_login"),
    path("keluar/", views.logout, name="account_logout"),
    path("akaun/tidak-aktif/", views.account_inactive, name="account_inactive"),
    path("akaun/daftar/", views.signup, name="account_signup"),
    path("akaun/sahkan/", views.reauthenticate, name="account_reauthenticate"),
    path("akaun/kata-laluan/", views.password_change, name="account_change_password"),
    path("akaun/kata-laluan/pertama/", views.password_set, name="account_set_password"),
    path("akaun/lupa/", views.password_reset, name="account_reset_password"),
    path("akaun/lupa/dihantar/", views.password_reset_done, name="account_reset_password_done"),
    re_path(r"^akaun/lupa/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", views.password_reset_from_key, name="account_reset_password_from_key"),
    path("akaun/lupa/selesai/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("akaun/e-mel/", RedirectView.as_view(pattern_name="mfa_index"), name="account_email"),  # the library asks for this name
    path("akaun/", include("allauth.mfa.urls")),
    path("akaun/agensi/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("akaun/agensi/", include("allauth.socialaccount.urls")),
]
