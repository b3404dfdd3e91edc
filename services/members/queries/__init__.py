"""What members can be asked to tell, one question a file."""
