"""The roles of the database: its owner, and the services."""
