"""What our figures stand beside: other ways to do the same, written as their documentation says and as fast as they go."""
