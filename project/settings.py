"""Settings. Everything a city may change comes from the environment; docs/operating.md lists it."""

from pathlib import Path

from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environs import Env

from project.data_folder import data_folder
from project.database import database_settings
from project.mail import mailers
from project.secret import secret_key

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_folder()

DEBUG = False
DEMO = env.bool(
    "FILO_DEMO", False
)  # shows sign-in codes on the page; bin/run sets it with the demo city, on loopback only
SECRET_KEY = env.str("SECRET_KEY", "") or secret_key(DATA_DIR)
ALLOWED_HOSTS = [*env.list("FILO_HOSTS", []), "localhost", "127.0.0.1", "[::1]"]
SECURE = env.bool("FILO_HTTPS", False)  # True behind https: secure cookies and HSTS
TRUSTED_PROXY = env.bool("FILO_TRUSTED_PROXY", False)
SITE_URL = env.str("FILO_SITE_URL", "http://localhost:8000").rstrip("/")  # for the links in mails
SOURCE_URL = env.str("FILO_SOURCE_URL", "")  # where the source of this installation can be had (AGPL, section 13)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "residents",
    "spaces",
    "mutual_aid",
    "moderation",
    "frontend",
    "project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "spaces.middleware.AccessMiddleware",
]

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "frontend.templatetags.filo"],
        },
    }
]

DATABASES = {"default": database_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits live here, so the cache must be shared by all processes: a table, no further service.
# Of Django's 300 entries the first flood of knocks would push out the counts themselves.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# People
AUTH_USER_MODEL = "residents.Resident"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "me"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is proved by its code before the account is made
ACCOUNT_ADAPTER = "residents.adapters.AccountAdapter"
MFA_ADAPTER = "spaces.passkeys.AdministratorsShowTheirKey"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True

SESSION_ENGINE = "residents.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_NAME = "__Host-filo" if SECURE else "filo"
CSRF_COOKIE_NAME = "__Host-filo-csrf" if SECURE else "filo-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "frontend.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Headers
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}

# Languages: Italian is the source; each city chooses among these
LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Europe/Rome"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"  # no address of its own: pictures pass the gate of their post
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "project.static.PrecompressedStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
TILES_DIR = env.str("FILO_TILES", "")  # a folder {z}/{x}/{y}.png served from our own origin; empty: no tiles

# Mail: without EMAIL_URL letters are put in a folder of the data directory
MAILERS = mailers(env.str("EMAIL_URL", ""), DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str("FILO_FROM_EMAIL", "Filò <filo@localhost>")

# A remote geocoder is asked only where a city names one that it runs or has contracted
GEOCODER_URL = env.str("FILO_GEOCODER_URL", "")
GEOCODER_NAME = env.str("FILO_GEOCODER_NAME", "")

# A sign-in link signs in whoever reads it: no log may hold it.
UNLOGGED_PARTS_OF_PATHS = r"(?<=/entra/link/)[^/\n]+"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "project.logs.Discreet",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # refused requests stand in the door's own log, without their query
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "filo": {"level": "INFO"},
    },
}

SITE_NAME = _("Filò")
SILENCED_SYSTEM_CHECKS: list[str] = []
