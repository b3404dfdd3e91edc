"""Faults on real processes, and what must hold through them (the table of faults is in docs/faults.md)."""
