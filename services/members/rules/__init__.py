"""What holds for members, rosters and points, as pure functions: no I/O, no framework, no clock of its own."""
