"""One command a file; what a command does lies in `infra` and `chassis`, here it only speaks."""
