"""Addresses that news may be sent to: https, of the open internet, asked at each sending, because a name may point elsewhere tomorrow.

The connection goes to the very number that was looked at, so that a name which answers differently a moment later leads nowhere else. No
redirect is followed and no more than a little of the answer is read.
"""
import http.client
import ipaddress
import socket
import ssl
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from .errors import Refused

SECONDS, READ = 10, 4096


def checked(url: str) -> SplitResult:
    """The parts of an address, if news may go there. Raises Refused: `webhook.address`, `webhook.inside`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Refused("webhook.address", field="url") from wrong
    schemes = ("https", "http") if settings.NEWS_TO_PRIVATE else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.fragment or port == 0 or len(url) > 300 or not url.isascii():
        raise Refused("webhook.address", field="url")
    number_of(parts.hostname, port or (443 if parts.scheme == "https" else 80))
    return parts


def number_of(host: str, port: int) -> str:
    """The number a name stands for now, if all that it stands for lie in the open internet. Raises Refused: `webhook.address`, `webhook.inside`."""
    try:
        numbers = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as unknown:
        raise Refused("webhook.address", field="url") from unknown
    if not settings.NEWS_TO_PRIVATE and not all(is_open(number) for number in numbers):
        raise Refused("webhook.inside", field="url")
    return numbers[0]


def is_open(number: str) -> bool:
    """In the open internet: not of this machine, a private or link-local network, a multicast, nor a v4 address wrapped in a v6 one that is."""
    found = ipaddress.ip_address(number.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or is_open(str(inner)))


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send; the status that was answered. Raises OSError or http.client.HTTPException where nothing was, Refused as `checked`."""
    parts = checked(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = door(parts, port, number_of(str(parts.hostname), port))
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        answer.read(READ)
        return answer.status
    finally:
        connection.close()


def door(parts: SplitResult, port: int, number: str) -> http.client.HTTPConnection:
    """A connection to the number, that speaks to the name."""
    host = str(parts.hostname)
    made = socket.create_connection((number, port), timeout=SECONDS)
    made.settimeout(SECONDS)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.sock = made if parts.scheme == "http" else ssl.create_default_context().wrap_socket(made, server_hostname=host)
    except OSError:
        made.close()
        raise
    return connection
