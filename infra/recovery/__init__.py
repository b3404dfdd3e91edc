"""Backup, restore, and what puts databases and bus right again afterwards."""
