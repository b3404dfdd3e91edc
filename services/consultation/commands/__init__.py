"""What consultation can be asked to do, one verb a file."""
