"""Settings of Django, and `setup`, which turns it on for one role of the database [設定].

Reading this module starts nothing and connects nowhere, so that type checkers and tools may read
it. The command line and the tests call `setup`; a server process reads the same through
`DJANGO_SETTINGS_MODULE`.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.apps import apps
from django.db import connections
from django.utils.functional import lazy

from motocho.config._secret import kept_secret
from motocho.config.database import address
from motocho.outside.postgres import Address, Role

MODULE = "motocho.config.settings"

INSTALLED_APPS = [
    "django.contrib.sessions",
    "pgtrigger",
    "procrastinate.contrib.django",
    "motocho.ledger",
    "motocho.journal",
    "motocho.people",
    "motocho.loans",
    "motocho.contact",
    "motocho.care",
    "motocho.screening",
    "motocho.documents",
    "motocho.notices",
    "motocho.close",
    "motocho.office",
    "motocho.web",
]
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,  # seconds that a thread of the site keeps its connection
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
LANGUAGE_CODE = "ja"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
# ----------------------------------------------------------------------------------- the web site
ORIGIN = os.environ.get("MOTOCHO_ORIGIN", "http://127.0.0.1:8000")
"""Where people reach the site; with https cookies are for https alone."""
_IS_HTTPS = ORIGIN.startswith("https://")
DEBUG = False
ALLOWED_HOSTS = [urlsplit(ORIGIN).hostname or "", "127.0.0.1", "localhost", "[::1]"]
SECRET_KEY = lazy(kept_secret, str)()
ROOT_URLCONF = "motocho.web.urls"
APPEND_SLASH = True
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "motocho.web.doors.Door",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "motocho.web.pages.frame",
            ],
        },
    }
]
LANGUAGES = [("ja", "日本語"), ("en", "English")]
USE_I18N = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_AGE = 9 * 60 * 60
"""How long a store may lie. Whether a session goes on is asked of people (ten minutes idle, eight
hours in all), so a page that is looked at need not wait for a store to be written again."""
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "motocho.web.doors.stale"
CSRF_TRUSTED_ORIGINS = [ORIGIN] if _IS_HTTPS else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_HANDLERS = ["motocho.web.uploads.receiving.InMemory"]
"""No file of a member is written to a disk on its way."""
CODE_SENDER = "motocho.config._mailing.send_code"
"""The function that sends a one-time code to a member: `stepping.Sender`."""
APPLICANT_SENDER = "motocho.config._mailing.send_to_applicant"
"""The function that sends a code to somebody who applies: `web.apply.seating.Sender`."""
VOICE_SECRET = os.environ.get("MOTOCHO_VOICE_SECRET", "")
"""What the telephony provider signs its requests with; without it there is no voice service."""
DIRECTORY_FILE = os.environ.get("MOTOCHO_DIRECTORY")
"""The operator's own directory of desks and numbers; the fictional one where it is not set."""
BANK_FILE = os.environ.get("MOTOCHO_BANK")
"""What the operator says of its own bank; a fictional one where it is not set."""
PORTFOLIO_FOLDER = os.environ.get("MOTOCHO_PORTFOLIO")
"""Where the last run of `motocho portfolio` over our book stands, for the supervisors' page."""
STUDIO_TOKEN = ""
STUDIO_PORT = ""
STUDIO_FOLDER = ""
"""The site serves no studio; `config.studio` does, with settings of its own."""
PREPARED_AFTER = 1
"""How often a statement that asks to be kept prepared runs before it is (`loans._page.call`)."""


def setup(role: Role = Role.APP, at: Address | None = None) -> None:
    """Turn Django on as one role of the database, or turn it to another role or place [準備].

    Takes     the role; the address, where it is not the one the environment names (which starts the
              embedded server if need be).
    Why       every thread's connection is asked for anew afterwards; a thread that still holds one
              closes it itself.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", MODULE)
    wanted = database_settings(at or address(), role)
    if not apps.ready:
        DATABASES["default"] |= wanted
        django.setup()
    connections.close_all()
    connections.settings["default"] |= wanted


def database_settings(at: Address, role: Role) -> dict[str, Any]:
    """Django's words for a login [接続の設定]."""
    login = at.login(role)
    return {
        "NAME": login.pop("dbname"),
        "USER": login.pop("user"),
        "PASSWORD": login.pop("password", ""),
        "HOST": login.pop("host", ""),
        "PORT": login.pop("port", ""),
        "OPTIONS": {
            **login,
            "connect_timeout": int(login["connect_timeout"]),
            "prepare_threshold": PREPARED_AFTER,
        },
    }
