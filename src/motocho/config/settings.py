"""Settings of Django, and `setup`, which turns it on for one role of the database [設定].

Reading this module starts nothing and connects nowhere, so that type checkers and tools may read
it. The command line and the tests call `setup`; a server process reads the same through
`DJANGO_SETTINGS_MODULE`.
"""

from __future__ import annotations

import os
from typing import Any

import django
from django.apps import apps
from django.db import connections

from motocho.config.database import address
from motocho.outside.postgres import Address, Role

MODULE = "motocho.config.settings"

INSTALLED_APPS = [
    "pgtrigger",
    "procrastinate.contrib.django",
    "motocho.ledger",
    "motocho.journal",
    "motocho.people",
    "motocho.loans",
    "motocho.close",
]
DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.postgresql"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
LANGUAGE_CODE = "ja"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
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
