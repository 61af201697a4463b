"""The studio as a process of its own: its settings, its home, its server [作業場の起動]."""

from motocho.config.studio.serving import LOOPBACK, Studio, prepare, serve

__all__ = ["LOOPBACK", "Studio", "prepare", "serve"]
