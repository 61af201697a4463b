"""Doctests of modules that hold models need Django turned on; `tests/conftest.py` says the same."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motocho.config.settings")
django.setup()
