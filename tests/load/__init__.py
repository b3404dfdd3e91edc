"""How fast it is: each figure beside a peer measured in the same run, and beside the bar it has to reach (`make bench`)."""
