"""The command line: one file a command, no rule of the domain."""
