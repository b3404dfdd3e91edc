"""委员: rosters, terms, duty and points; the owner of committees and who sits in them."""
