"""What each service does, asked over the real bus as the portal asks."""
