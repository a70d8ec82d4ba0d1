"""For the machines that watch: /health (the process answers), /ready (everything it needs is there), /metrics (OpenMetrics). Nothing of a person.

/metrics and the reasons of /ready are for a caller on this machine, or for one who brings SINERGI_METRICS_TOKEN. What is counted comes from
the database at the moment of asking, so that any number of server processes tell the same.
"""
import hmac
import ipaddress
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from sinergi.kernel import keys, law
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import command
from sinergi.kernel.events import MOST

WATCHER = command("metrics", "audit.read", "message.read")
COUNTS = {
    "jobs": ("Jobs in the queue by state", "state", "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"),
    "messages": ("Messages by state", "state", "SELECT state, count(*) FROM kernel_message GROUP BY 1"),
    "users": ("Accounts by kind", "kind", "SELECT kind, count(*) FROM kernel_user WHERE left_at IS NULL GROUP BY 1"),
}
FIGURES = {
    "workers": ("Workers that gave a sign of life in the last minute",
                "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'"),
    "job_oldest_seconds": ("Age of the oldest job that waits and is due",
                           "SELECT coalesce(extract(epoch FROM now() - min(e.at)), 0) FROM procrastinate_jobs j"
                           " JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred'"
                           " WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at < now())"),
    "events_waiting": ("Events not handed out yet", "SELECT count(*) FROM kernel_event WHERE delivered_at IS NULL"),
    "events_stuck": ("Deliveries that failed at every try", f"SELECT count(*) FROM kernel_delivery WHERE done_at IS NULL AND attempts >= {MOST}"),
    "audit_blocks": ("Sealed blocks of the audit", "SELECT count(*) FROM kernel_auditseal"),
    "audit_unsealed_seconds": ("Age of the oldest audit entry without a seal",
                               "SELECT coalesce(extract(epoch FROM now() - min(at)), 0) FROM kernel_auditentry a, (SELECT coalesce(max(chain), 0)"
                               " AS chain FROM kernel_auditseal) s, LATERAL (SELECT coalesce(max(to_xid), 0) AS x FROM kernel_auditseal"
                               " WHERE chain = s.chain) t WHERE a.chain > s.chain OR (a.chain = s.chain AND a.xid > t.x::text::xid8)"),
    "database_connections": ("Connections to this database", "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"),
    "database_bytes": ("Size of this database", "SELECT pg_database_size(current_database())"),
}


def trusted(request: HttpRequest) -> bool:
    """A caller on this machine that no proxy speaks for, or one with the token."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200: the process answers. Asks nothing else, so that a lost database does not make a supervisor kill every server."""
    return HttpResponse("ok\n", content_type="text/plain")


def answers(alias: str) -> Callable[[], bool]:
    """Does the login of an alias reach its database?"""

    def ask() -> bool:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)

    return ask


def is_migrated() -> bool:
    """Is every migration of this code applied?"""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def has_law() -> bool:
    """Is a law published?"""
    try:
        return bool(law.current().version)
    except LookupError:
        return False


def has_keys() -> bool:
    """Can the keys of the file store be used?"""
    return bool(keys.outer().encrypt(b""))


CHECKS = {"database": answers("default"), "search": answers("finder"), "migrations": is_migrated, "law": has_law, "keys": has_keys}


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when people can work here, 503 when not. Which check fails is told to trusted callers only."""
    found: dict[str, bool] = {}
    for name, check in CHECKS.items():
        try:
            found[name] = check()
        except (DatabaseError, ImproperlyConfigured, ValueError, RuntimeError):
            found[name] = False
    good = all(found.values())
    body: dict[str, object] = {"ready": good} | ({"checks": found} if trusted(request) else {})
    return JsonResponse(body, status=200 if good else 503)


class FromDatabase(Collector):
    """Everything that is counted, asked at once in one transaction."""

    def collect(self) -> Iterator[Metric]:
        """Each family, named sinergi_*."""
        with acting(WATCHER, purpose="administer"), connection.cursor() as cursor:
            for name, (says, label, query) in COUNTS.items():
                family = GaugeMetricFamily(f"sinergi_{name}", says, labels=[label])
                cursor.execute(query)
                for value, count in cursor.fetchall():
                    family.add_metric([value], count)
                yield family
            for name, (says, query) in FIGURES.items():
                cursor.execute(query)
                yield GaugeMetricFamily(f"sinergi_{name}", says, value=float(cursor.fetchone()[0]))


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """OpenMetrics text, for trusted callers."""
    if not trusted(request):
        return HttpResponseForbidden("metrics are for this machine, or with a token\n", content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FromDatabase())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


urlpatterns = [path("health", health, name="health"), path("ready", ready, name="ready"), path("metrics", metrics, name="metrics")]
