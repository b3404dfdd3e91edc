"""What holds for proposals, as pure functions: no I/O, no framework, no clock of its own."""
