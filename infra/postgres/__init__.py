"""Databases and roles: one database a service, three roles in each, no more rights than their work needs."""
