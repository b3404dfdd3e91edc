"""通知: work to do, notices, agencies. Start with `service.py`, which lists everything this service does."""
