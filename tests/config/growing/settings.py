"""Motocho's settings with one room more."""

from motocho.config.settings import *  # noqa: F403
from motocho.config.settings import INSTALLED_APPS as ROOMS

INSTALLED_APPS = [*ROOMS, "tests.config.growing"]
