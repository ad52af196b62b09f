"""The schema's history, for Alembic: numbered steps that are never edited once released."""
