"""The operator's command. It asks the services as any client does, so it needs no way to a database."""
