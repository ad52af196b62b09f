"""Alembic's entry: run the migrations on the connection that `ledgerboard_ledger.migrate` opened.

Alembic executes this file; nothing imports it. There is no offline mode, since nobody would lock the database for it.
"""

from alembic import context

from ledgerboard_ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
