"""Who can sign in, as whom and where: passwords, lock-out, sessions, administration."""
