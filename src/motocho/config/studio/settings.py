"""Settings of Django for a studio that is served alone: the house's, with a face of its own [設定].

The token of a start comes in the environment of the serving process, which other users of the
machine cannot read. Without one the door lets nobody in.
"""

from __future__ import annotations

import os

from motocho.config import settings as house
from motocho.outside.postgres import home

globals().update({name: getattr(house, name) for name in dir(house) if name.isupper()})

MODULE = "motocho.config.studio.settings"
TOKEN_VARIABLE = "MOTOCHO_STUDIO_TOKEN"  # noqa: S105  # a name, no token
PORT_VARIABLE = "MOTOCHO_STUDIO_PORT"
STUDIO_TOKEN = os.environ.get(TOKEN_VARIABLE, "")
STUDIO_PORT = os.environ.get(PORT_VARIABLE, "")
STUDIO_FOLDER = str(home())
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "motocho.web.studio.alone"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "motocho.web.studio.door.Door",
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
                "motocho.web.studio.frame.context_of",
            ],
        },
    }
]
CSRF_COOKIE_NAME = f"studio-csrf-{STUDIO_PORT}"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "motocho.web.studio.door.stale"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 << 20
"""A pasted history of many years."""
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
"""A plain form with the cells of some hundred rows."""
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
CSRF_TRUSTED_ORIGINS: list[str] = []
SECURE_PROXY_SSL_HEADER = None
