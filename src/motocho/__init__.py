"""Motocho [元帳]: exact consumer card loans for Japan.

Rooms, from the ground up: units, kernel, law, outside, documents, claims, cli.
ARCHITECTURE.md shows the arrows between them.
"""

__version__ = "0.1.0"
