"""Migrations of care."""
