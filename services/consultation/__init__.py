"""协商: topics and what is consulted on."""
