"""Migrations of office."""
