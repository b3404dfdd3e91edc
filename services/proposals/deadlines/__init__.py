"""What happens when a deadline of proposals passes, one kind a file."""
