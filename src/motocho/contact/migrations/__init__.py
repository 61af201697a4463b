"""Migrations of contact."""
