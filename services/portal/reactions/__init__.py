"""What the portal keeps of other services' events, one event a file."""
