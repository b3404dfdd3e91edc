"""What is looked for in the tree and in what it stands on, beside the tests: secrets and known weaknesses."""
