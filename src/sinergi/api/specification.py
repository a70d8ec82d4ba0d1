"""The specification: what the framework derives from the operations, and what it cannot know: media type of refusals, headers, scopes, the token."""
import json
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from sinergi.kernel.roles import PURPOSES, READS, ROLES

from .factory import JsonOnly
from .problems import PROBLEM, teach

SAYS = """One door to every safety net of Malaysia. The same steps as the pages, by the same rules.

A system of a partner asks for a token (`POST /api/v1/token`, OAuth 2 client credentials), sends it as `Authorization: Bearer …`, and says with
each request why it is made, in the header `Purpose`. Refusals are problem+json; their `code` is stable (docs/reference/refusals.md), their sentence
is in the language of `Accept-Language`, Malay first. Money is in sen, as an integer. Lists go on by `cursor`. How to: docs/how-to/use-the-api.md.
"""
TOKEN = "/api/v1/token"
HEADERS: dict[str, dict[str, Any]] = {
    "Purpose": {"name": "Purpose", "in": "header", "required": True, "description": "Why the request is made; it enters the audit.",
                "schema": {"type": "string", "enum": sorted(PURPOSES)}},
    "Key": {"name": "Idempotency-Key", "in": "header", "required": False,
            "description": "Recommended on every write: the same key with the same request has one effect and one answer, for seven days.",
            "schema": {"type": "string", "pattern": "^[!-~]{8,64}$", "minLength": 8, "maxLength": 64}},
    "Match": {"name": "If-Match", "in": "header", "required": True, "description": "The ETag under which the record was read; `*` for any.",
              "schema": {"type": "string"}},
}
TAG = {"ETag": {"description": "Of this answer; If-Match sends it back.", "schema": {"type": "string"}}}
WAIT = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}


def scopes() -> dict[str, str]:
    """Every verb a machine client may hold, in words."""
    return {verb: READS.get(verb, verb.replace(".", ": ").replace("_", " ")) for verb in sorted(ROLES["machine"])}


class Api(NinjaAPI):
    """The API, whose specification says all that it answers."""

    def get_openapi_schema(self, *given: Any, **named: Any) -> OpenAPISchema:
        """The specification, finished."""
        schema = super().get_openapi_schema(*given, **named)
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                finish(operation, secured=path != TOKEN)
        flow = {"tokenUrl": TOKEN, "scopes": scopes()}
        schema["components"]["securitySchemes"] = {"client": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
        schema["components"]["parameters"] = HEADERS
        return schema


def finish(operation: dict[str, Any], *, secured: bool) -> None:
    """One operation's headers, scope and media types."""
    verb, matched = operation.pop("x-verb", ""), operation.pop("x-match", False)
    operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
    for status in ("405", "413") if not secured else ():
        operation["responses"][status]["content"] = {PROBLEM: operation["responses"][status]["content"].pop("application/json")}
    if not secured:
        return
    is_write = "413" in operation["responses"]
    named = ["Purpose", *(["Key"] if is_write else []), *(["Match"] if matched else [])]
    operation["parameters"] = [*operation.get("parameters", []), *({"$ref": f"#/components/parameters/{name}"} for name in named)]
    operation["security"] = [{"client": [verb]}]
    for status, answer in operation["responses"].items():
        if status[0] == "4":
            answer["content"] = {PROBLEM: answer["content"].pop("application/json", answer["content"].get(PROBLEM))}
        answer["headers"] = WAIT if status == "429" else TAG if status[0] == "2" else {}


def build() -> Api:
    """The API with its refusals; routers are added by `urls`."""
    api = Api(title="Sinergi", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json", description=SAYS, parser=JsonOnly())
    teach(api)
    return api


def snapshot(api: Api) -> str:
    """The specification as the repository keeps it."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"
