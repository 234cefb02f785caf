"""Django settings, all from the environment, safe when nothing is set. docs/operate.md lists every variable."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from openhall.databases import database_from_url
from openhall.mail import mail_from_url

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parents[1]


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _data_dir() -> Path:
    """Where the hall keeps what must not be lost: the database, the secret key, written files."""
    default = _CHECKOUT / "var" if (_CHECKOUT / "pyproject.toml").exists() else Path.cwd() / "openhall-data"
    chosen = Path(os.environ.get("OPENHALL_DATA_DIR", default)).resolve()
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def _secret_key() -> str:
    """The key from the environment, or from a file only this user can read, made at the first start."""
    if key := os.environ.get("OPENHALL_SECRET_KEY"):
        return key
    file = Path(os.environ.get("OPENHALL_SECRET_KEY_FILE", DATA_DIR / "secret_key"))
    if not file.exists():
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as target:
                target.write(secrets.token_urlsafe(64))
    return file.read_text().strip()


DATA_DIR = _data_dir()
SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = _list("OPENHALL_SECRET_KEY_FALLBACKS", "")
DEBUG = _flag("OPENHALL_DEBUG")
HTTPS = _flag("OPENHALL_HTTPS")
ALLOWED_HOSTS = _list("OPENHALL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
PUBLIC_URL = os.environ.get("OPENHALL_PUBLIC_URL", "").rstrip(
    "/"
)  # on posters and in mail; else the visitor's host
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "openhall",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "openhall.middleware.headers",
    "openhall.middleware.language",
    "openhall.middleware.hall_time",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "openhall.middleware.staff_session",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "openhall.urls"
WSGI_APPLICATION = "openhall.wsgi.application"
AUTH_USER_MODEL = "openhall.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "openhall.page.frame",
                "openhall.page.menu",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "openhall.templatetags.openhall",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "openhall.page.FormRenderer"

DATABASES = {
    "default": database_from_url(
        os.environ.get("OPENHALL_DATABASE_URL", f"sqlite:///{DATA_DIR}/openhall.sqlite3")
    )
}

# Mail to citizens and staff; without an address notices wait and the desk says so.
globals().update(mail_from_url(os.environ.get("OPENHALL_EMAIL_URL", "")))
MAIL_DOMAIN = (PUBLIC_URL.split("//")[-1].split("/")[0].split(":")[0]) or "localhost"
DEFAULT_FROM_EMAIL = os.environ.get("OPENHALL_EMAIL_FROM", f"hall@{MAIL_DOMAIN}")

# Sessions are for staff only; public pages never open one.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-openhall-session" if HTTPS else "openhall-session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-openhall-csrf" if HTTPS else "openhall-csrf"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "openhall.portal.errors.forgery"
LANGUAGE_COOKIE_NAME = "openhall-language"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = _flag("OPENHALL_BEHIND_PROXY")  # then its headers are believed: scheme and visitor's address
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # the survey view itself allows fewer
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
ANSWERS_PER_HOUR = int(
    os.environ.get("OPENHALL_ANSWERS_PER_HOUR", "60")
)  # from one network address; tablets are free
CODES_PER_HOUR = int(os.environ.get("OPENHALL_CODES_PER_HOUR", "20"))  # tries of one network address
ANCHORS_FILE = Path(
    os.environ.get("OPENHALL_ANCHORS_FILE", DATA_DIR / "anchors.txt")
)  # checkpoints of the log
UPLOAD_LIMIT = int(os.environ.get("OPENHALL_UPLOAD_LIMIT_MB", "50")) * 1_000_000

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "desk:sign_in"
LOGIN_REDIRECT_URL = "desk:home"

LANGUAGE_CODE = os.environ.get("OPENHALL_LANGUAGE", "en")
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "openhall.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("OPENHALL_TIME_ZONE", "UTC")

STATIC_URL = "static/"
STATIC_ROOT = PACKAGE / "staticfiles"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # What these warn of (a refused form, an unknown page) names the address and the time: too much beside an answer.
    "loggers": {name: {"level": "ERROR"} for name in ("django.request", "django.security.csrf")},
    "root": {"handlers": ["console"], "level": os.environ.get("OPENHALL_LOG_LEVEL", "WARNING")},
}
