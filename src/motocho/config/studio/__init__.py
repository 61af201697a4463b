"""The studio as a process of its own: its settings, its home, its server [作業場の起動]."""

from motocho.config.studio.serving import (
    STUDIO_HOME_VARIABLE,
    Studio,
    attending,
    prepare,
    serving,
)

__all__ = ["STUDIO_HOME_VARIABLE", "Studio", "attending", "prepare", "serving"]
