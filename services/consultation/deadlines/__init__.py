"""What happens when a deadline of consultation passes, one kind a file."""
