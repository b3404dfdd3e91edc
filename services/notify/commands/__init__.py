"""What notify can be asked to do, one verb a file."""
