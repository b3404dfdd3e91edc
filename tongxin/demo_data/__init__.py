"""Invented people and texts for the demo city: generated from a seed, the same every time, no real person among them."""
