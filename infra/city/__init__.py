"""A city's installation: three nodes of the bus, secrets as files, and the folder all of it is mounted from."""
