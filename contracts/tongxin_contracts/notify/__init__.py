"""通知: work to do, notices, and what leaves for agencies. Owner: the notify service."""
