"""What consultation can be asked to tell, one question a file."""
