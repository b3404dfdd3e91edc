"""What members can be asked to do, one verb a file."""
