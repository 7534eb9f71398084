"""Checks that need nothing but printed numbers."""
