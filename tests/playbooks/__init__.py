"""Methods of real organisations, configured as data and run end to end through the public way in.

A row works when a test marked `playbook(row)` without `part` passes; a test with `part` shows one part of the row.
"""
