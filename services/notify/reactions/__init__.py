"""What notify does about other services' events, one event a file."""
