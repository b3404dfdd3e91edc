"""What notify holds to, as pure functions."""
