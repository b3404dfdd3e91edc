"""The only HTTP door: accounts, pages, REST, live hints. It has no business rule; start with `service.py`."""
