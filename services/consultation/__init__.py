"""协商: topics and where they come from. Start with `service.py`, which lists everything this service does."""
