"""Runs migrations on the connection that `syncd.store.migrating` brings, in the transaction it has begun."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
