"""The bus as it is run: the server's configuration, its accounts, and what is provisioned on it."""
