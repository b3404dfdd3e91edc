"""The embedded stack: NATS and PostgreSQL from their wheels, the five processes, one data folder."""
