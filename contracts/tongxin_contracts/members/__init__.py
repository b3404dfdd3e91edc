"""委员: rosters, terms and sessions, duty and points. Owner: the members service."""
