"""The token endpoint: OAuth 2 client credentials (RFC 6749 section 4.4), with that standard's own answers to faults."""
import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router, Schema

from sinergi.kernel import clients, pace
from sinergi.kernel.errors import Refused

from .problems import Problem, language_of

TRIES = 30  # a minute, of one client
router = Router(tags=["token"])


class TokenOut(Schema):
    """A token, the seconds it lives, and the verbs it carries."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    scope: str


class TokenFault(Schema):
    """A fault as RFC 6749 section 5.2 writes it."""

    error: str
    error_description: str


FORM = {"requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": {
    "type": "object", "required": ["grant_type"], "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "scope": {"type": "string", "description": "Verbs, separated by blanks; none for all that the client holds."},
        "client_id": {"type": "string", "description": "Unless it stands in the Authorization header."},
        "client_secret": {"type": "string"}}}}}}}


@router.post("/token", response={200: TokenOut, 400: TokenFault, 401: TokenFault, 405: Problem, 413: Problem, 429: TokenFault},
             operation_id="issue_token", summary="A token for a client that proves itself by its secret.", openapi_extra=FORM)
def issue_token(request: HttpRequest) -> JsonResponse:
    """Client id and secret by HTTP Basic or in the body."""
    form, at = request.POST, timezone.now()
    try:
        client, secret = credentials(request)
    except ValueError:
        return fault(request, 401, "invalid_client", Refused("client.unproved"))
    if seconds := pace.seconds_to_wait(f"token:{client}", TRIES, at.timestamp()):
        answer = fault(request, 429, "slow_down", Refused("api.too_fast", seconds=seconds))
        answer["Retry-After"] = str(seconds)
        return answer
    if form.get("grant_type") != "client_credentials":
        return fault(request, 400, "unsupported_grant_type" if form.get("grant_type") else "invalid_request", Refused("input.shape"))
    try:
        token = clients.issue_token(client, secret, form.get("scope", "").split(), at=at)
    except Refused as refused:
        unproved = refused.code == "client.unproved"
        return fault(request, 401 if unproved else 400, "invalid_client" if unproved else "invalid_scope", refused)
    return JsonResponse({"access_token": token.text, "token_type": "Bearer", "expires_in": token.seconds, "scope": " ".join(token.scope)})


def credentials(request: HttpRequest) -> tuple[str, str]:
    """Client id and secret. ValueError where they are missing, given twice, or no text."""
    kind, _, sent = request.headers.get("Authorization", "").partition(" ")
    if not kind:
        if not (request.POST.get("client_id") and request.POST.get("client_secret")):
            raise ValueError("no client")
        return request.POST["client_id"], request.POST["client_secret"]
    if kind.lower() != "basic" or request.POST.get("client_secret"):
        raise ValueError("not one way")
    try:
        client, mark, secret = base64.b64decode(sent, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as fault_of_text:
        raise ValueError("no Basic") from fault_of_text
    if not mark:
        raise ValueError("no secret")
    return unquote_plus(client), unquote_plus(secret)


def fault(request: HttpRequest, status: int, error: str, refused: Refused) -> JsonResponse:
    """A fault with our sentence as its description."""
    body: dict[str, Any] = {"error": error, "error_description": refused.sentence(language_of(request))}
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="Sinergi"'
    return answer
