"""Django's settings, made from `options`. Nothing lives only in production: what differs there is an option."""

from __future__ import annotations

from typing import Any

from csp.constants import NONCE, NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from doudi.casework.access.sitekeys import site_secret
from doudi.config.databases import connection_strings
from doudi.config.options import options

OPTIONS = options()
SECRET_KEY = site_secret("django")
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in OPTIONS.allowed_hosts.split(",") if host.strip()]
ROOT_URLCONF = "doudi.config.urls"
WSGI_APPLICATION = "doudi.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
    "doudi.casework.organisation",
    "doudi.casework.access",
    "doudi.casework.audit",
    "doudi.casework.runs",
    "doudi.casework.registry",
    "doudi.casework.alerts",
    "doudi.casework.dispatch",
    "doudi.casework.visits",
    "doudi.casework.conferences",
    "doudi.casework.exchange",
    "doudi.casework.statistics",
    "doudi.web",
]

MIDDLEWARE = [
    "doudi.web.operations.middleware.Operations",
    "doudi.web.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "doudi.web.middleware.Headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "doudi.web.middleware.Authentication",
    "doudi.web.middleware.SessionLimits",
    "doudi.web.middleware.Scoped",
    "doudi.web.middleware.OnlyPosted",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "doudi.web.context.site",
            ],
            "builtins": ["doudi.web.templatetags.doudi"],
        },
    }
]


LIMITS = {"default": "-c statement_timeout=30s -c lock_timeout=10s -c plan_cache_mode=force_generic_plan"}
"""What a page may take; a load, a backup or a migration takes as long as it takes. Prepared queries (`casework.prepared`) are planned once."""


def _database(alias: str, address: str) -> dict[str, Any]:
    """Django's form of a connection string; a statement of the site's that runs too long is the database's to end."""
    given = conninfo_to_dict(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", "doudi"),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": given.pop("port", ""),
        "CONN_MAX_AGE": None,  # persistent: a new connection for each page halves the throughput
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": f"-c timezone=Asia/Shanghai {LIMITS.get(alias, '')}",
            "prepare_threshold": 1,  # with Django's own, none, the driver prepares nothing even when told to
            **given,
        },
    }


DATABASES = {alias: _database(alias, address) for alias, address in connection_strings(OPTIONS).items()}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ACTING_ROLE = ""  # only in tests, where one connection plays all three roles: what a request is to become

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["doudi.config.jobs"]

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "doudi.casework.access.passwords.ContextWords"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "doudi.web.accounts.views.locked_out"
AXES_USERNAME_CALLABLE = "doudi.casework.access.throttling.name_kept"
AXES_CLIENT_IP_CALLABLE = "doudi.casework.access.addresses.address_of"
AXES_DISABLE_ACCESS_LOG = True  # who logged in is in the audit log
AXES_SENSITIVE_PARAMETERS = ["username", "password", "ip_address"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "doudi.casework.access.sessions"  # in the database: a logout must reach every process, so no local cache
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = OPTIONS.https
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if OPTIONS.https else ("session", "csrf")
SESSION_COOKIE_AGE = OPTIONS.session_hours * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_HSTS_SECONDS = 31_536_000 if OPTIONS.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = OPTIONS.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OPTIONS.https else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "doudi.web.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = str(OPTIONS.static_folder or OPTIONS.home / "site" / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
LOGGING_CONFIG = None  # config.logs sets structlog up
SILENCED_SYSTEM_CHECKS = ["security.W003"]  # the CSRF middleware is there under its own name
TEST_RUNNER = "django.test.runner.DiscoverRunner"
