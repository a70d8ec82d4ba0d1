"""The one settings file, fed by the environment. Production refuses demo secrets, demo people and DEBUG.

SINERGI_MODE is demo, test or production. Everything secret comes from the environment; the launcher makes it for demo and test.
"""
import hashlib
import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE = Path(__file__).resolve().parents[3]
SOURCE = BASE / "src" / "sinergi"
MODE = os.environ.get("SINERGI_MODE", "production")
if MODE not in ("demo", "test", "production"):
    raise ImproperlyConfigured(f"SINERGI_MODE={MODE}: use demo, test or production")
PRODUCTION = MODE == "production"


def secret(name: str, made_up: str) -> str:
    """A secret of the environment; outside production a fixed stand-in, which production refuses."""
    value = os.environ.get(name, "" if PRODUCTION else made_up)
    if not value or (PRODUCTION and (made_up in value.split(",") or value.startswith("demo-") or len(value) < 32)):
        raise ImproperlyConfigured(f"{name} must be set to a secret of your own in production, of 32 characters or more")
    return value


def database(url: str, options: dict[str, object]) -> dict[str, object]:
    """A libpq address (socket folder in ?host= or a host, sslmode and the like behind it) -> Django's form."""
    parts = urlsplit(url)
    query = {k: v[0] for k, v in parse_qs(parts.query).items()}
    host = query.pop("host", None) or parts.hostname or ""
    return {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""), "HOST": host, "PORT": str(query.pop("port", None) or parts.port or ""),
            "ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 0, "OPTIONS": {**query, **options}}


def pooled(size: int) -> dict[str, object]:
    """SCRAM costs 5 ms a connect, so the server pools; commands and tests do not need to."""
    return {"pool": {"min_size": 1, "max_size": size}} if os.environ.get("SINERGI_POOL") else {}


SECRET_KEY = secret("SINERGI_SECRET_KEY", "demo-key-for-tests-only-0123456789abcdef0123456789abcdef")
KEYS = secret("SINERGI_KEYS", "ZGVtby1rZXktb2Ytc2luZXJnaS0wMTIzNDU2Nzg5YWI=").split(",")  # newest first; the older ones only open
STATE_DIR = Path(os.environ.get("SINERGI_STATE_DIR", BASE / ".sinergi"))
# Machine code is kept by the name of its sources, for numba sees no change in what a function calls: an update never meets old code.
MACHINE_CODE = hashlib.sha256(b"".join(path.read_bytes() for path in sorted((SOURCE / "core" / "linkage").rglob("*.py")))).hexdigest()[:12]
os.environ.setdefault("NUMBA_CACHE_DIR", str(STATE_DIR / "machine-code" / MACHINE_CODE))
LAW_DIR = Path(os.environ.get("SINERGI_LAW_DIR", BASE / "law"))
DEBUG = os.environ.get("SINERGI_DEBUG") == "1"
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG is refused in production: error pages would show people's data")
DEMO_PEOPLE = MODE in ("demo", "test")  # place code 17 in an identity number, which the registration department leaves unassigned
ALLOWED_HOSTS = os.environ.get("SINERGI_HOSTS", "127.0.0.1,localhost").split(",")
ORIGIN = os.environ.get("SINERGI_ORIGIN", "http://127.0.0.1:8000")
SECURE = ORIGIN.startswith("https://")
if PRODUCTION and not SECURE:
    raise ImproperlyConfigured("SINERGI_ORIGIN must begin with https:// in production")
GOVERNMENT_SITE = os.environ.get("SINERGI_GOVERNMENT_SITE") == "1"  # the 'official site' line is shown only where it is true

APP_URL = os.environ.get("SINERGI_DATABASE_URL", "postgresql:///sinergi")
DATABASES = {
    "default": database(APP_URL, pooled(10)),
    "finder": database(os.environ.get("SINERGI_FINDER_URL", APP_URL), pooled(10)),
}
if os.environ.get("SINERGI_OWNER_URL"):
    DATABASES["owner"] = database(os.environ["SINERGI_OWNER_URL"], {"options": "-c lock_timeout=5s -c statement_timeout=0"})
APP_ROLE, FINDER_ROLE = str(DATABASES["default"]["USER"]), str(DATABASES["finder"]["USER"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "sinergi.kernel", "sinergi.registry", "sinergi.benefits", "sinergi.assistance", "sinergi.cases", "sinergi.web", "sinergi.api", "sinergi.cli",
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.openid_connect", "allauth.mfa",
    "axes", "csp", "django_htmx", "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "sinergi.web.middleware.RequestLog",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sinergi.web.middleware.PlainText",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "sinergi.web.middleware.SessionClock",
    "sinergi.web.middleware.SecondFactor",
    "sinergi.web.middleware.ActingRequest",
]
ROOT_URLCONF = "sinergi.config.urls"
WSGI_APPLICATION = "sinergi.config.wsgi.application"
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [SOURCE / "web" / "templates"], "APP_DIRS": True,
    "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                                       "django.contrib.messages.context_processors.messages", "sinergi.web.frame.frame"],
                "builtins": ["django.templatetags.i18n", "django.templatetags.static", "sinergi.web.templatetags.sinergi"]}}]

AUTH_USER_MODEL = "kernel.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [  # scrypt: memory-hard, a tenth of the time of a million rounds of PBKDF2
    "django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LANGUAGE_CODE = "ms"
LANGUAGES = [("ms", "Bahasa Melayu"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "web" / "locale"]
FORMAT_MODULE_PATH = ["sinergi.web.formats"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Kuala_Lumpur"

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [("fonts", BASE / "vendor" / "fonts")]  # web/static is found as the app's own
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
FILES_DIR = STATE_DIR / "files"  # encrypted papers, outside anything that is served
SEALS_DIR = Path(os.environ.get("SINERGI_SEALS_DIR", STATE_DIR / "seals"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "sinergi_session", "sinergi_csrf"
SESSION_IDLE_MINUTES, SESSION_HOURS = 30, 12
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_TRUSTED_ORIGINS = [ORIGIN]
CSRF_FAILURE_VIEW = "sinergi.web.faults.csrf_failed"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^(health|ready|metrics)$"]  # asked on this machine, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("SINERGI_BEHIND_PROXY") == "1" else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
OIDC_ISSUER = os.environ.get("SINERGI_OIDC_ISSUER", "")
AGENCY_DOOR = [os.environ.get("SINERGI_OIDC_DOOR") or "/".join(OIDC_ISSUER.split("/")[:3])] if OIDC_ISSUER else []  # browsers hold a form to it
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {
    "default-src": ["'self'"], "script-src": ["'self'"], "style-src": ["'self'"], "img-src": ["'self'", "data:"], "font-src": ["'self'"],
    "connect-src": ["'self'"], "object-src": ["'none'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"],
    "form-action": ["'self'", *AGENCY_DOOR]}}

PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "my_day"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {"login": "sinergi.web.account_forms.SignIn"}
ACCOUNT_ADAPTER = "sinergi.web.sign_in.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "sinergi.web.sign_in.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "60/m/ip,20/5m/key"}  # a hall shares an address; axes counts per account
MFA_ADAPTER = "sinergi.web.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Sinergi"
MFA_FORMS = {"authenticate": "sinergi.web.second_factor.SecondStep"}
SECOND_FACTOR_REQUIRED = PRODUCTION and os.environ.get("SINERGI_SECOND_FACTOR", "required") != "optional"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{
    "provider_id": "staff", "name": os.environ.get("SINERGI_OIDC_NAME", "Log masuk agensi"),
    "client_id": os.environ.get("SINERGI_OIDC_CLIENT", ""), "secret": os.environ.get("SINERGI_OIDC_SECRET", ""),
    "settings": {"server_url": OIDC_ISSUER}}] if OIDC_ISSUER else []}}
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME, AXES_LOCKOUT_PARAMETERS = 8, 0.25, [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS, AXES_DISABLE_ACCESS_LOG, AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = True, True, False
AXES_SENSITIVE_PARAMETERS, AXES_CLIENT_STR_CALLABLE = ["login", "code"], "sinergi.web.second_factor.unnamed"  # logs carry no address
AXES_USERNAME_CALLABLE, AXES_LOCKOUT_CALLABLE = "sinergi.web.second_factor.tried_address", "sinergi.web.second_factor.locked_out"
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if os.environ.get('SINERGI_SMTP_HOST') else 'filebased'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = os.environ.get("SINERGI_SMTP_HOST", ""), int(os.environ.get("SINERGI_SMTP_PORT") or 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = os.environ.get("SINERGI_SMTP_USER", ""), os.environ.get("SINERGI_SMTP_PASSWORD", "")
SMTP_TLS = os.environ.get("SINERGI_SMTP_TLS") or "starttls"
if SMTP_TLS not in ("starttls", "tls", "none"):
    raise ImproperlyConfigured(f"SINERGI_SMTP_TLS={SMTP_TLS}: use starttls, tls or none")
EMAIL_USE_TLS, EMAIL_USE_SSL, EMAIL_TIMEOUT = SMTP_TLS == "starttls", SMTP_TLS == "tls", 20
EMAIL_FILE_PATH = STATE_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("SINERGI_FROM", "sinergi@localhost")
SMS_GATEWAY = os.environ.get("SINERGI_SMS_GATEWAY", "" if PRODUCTION else "sinergi.kernel.notify.FileGateway")  # a class with send()
CLAMD = os.environ.get("SINERGI_CLAMD", "")  # host:port or the path of a socket; empty: papers are kept unscanned, and said to be
API_PER_MINUTE = int(os.environ.get("SINERGI_API_PER_MINUTE") or 600)  # requests of one machine client, over all processes of this host
SEARCHES_AN_HOUR = int(os.environ.get("SINERGI_SEARCHES_AN_HOUR") or 400)  # of persons, by one user; each pause in typing is one
PACE_FILE = STATE_DIR / "pace"
NEWS_TO_PRIVATE = os.environ.get("SINERGI_NEWS_TO_PRIVATE") == "1"  # news may be sent to addresses inside this network, and without TLS
METRICS_TOKEN = os.environ.get("SINERGI_METRICS_TOKEN", "")  # /metrics answers loopback, and whoever brings this as a bearer token

LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "formatters": {"json": {"()": "sinergi.kernel.logs.JsonLines"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": os.environ.get("SINERGI_LOG", "WARNING" if MODE == "test" else "INFO")},
}
