"""What the bus promises to every service, stated once and shown on real NATS and real PostgreSQL."""
