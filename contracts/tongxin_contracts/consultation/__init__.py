"""协商: topics and where they come from. Owner: the consultation service."""
