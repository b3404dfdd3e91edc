"""Who is told of an alert: Alertmanager's configuration, written from the city's settings."""
