"""Hints for open pages, and how the five processes are."""
