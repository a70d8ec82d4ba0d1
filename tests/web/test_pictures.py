"""The command that takes the README's pictures: whose session it borrows, and that it says what is missing."""
import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError

from sinergi.web.management.commands.take_pictures import signed_in, whose


def test_the_session_opens_pages_and_ends_with_the_work(make_user, client):
    from django.conf import settings

    with signed_in(make_user()) as key:
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        assert client.get("/akaun/").status_code == 200
    assert not Session.objects.filter(session_key=key).exists()


def test_without_the_person_it_says_what_to_do(make_user):
    make_user()
    with pytest.raises(CommandError, match="load the demo"):
        whose("Halimah")
