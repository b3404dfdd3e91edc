"""What holds for topics, as pure functions: no I/O, no framework, no clock of its own."""
