"""What members does about other services' events, one event a file."""
