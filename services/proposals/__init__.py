"""提案: from draft to filing. Start with `service.py`, which lists everything this service does."""
