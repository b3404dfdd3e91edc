"""What notify can be asked to tell, one question a file."""
