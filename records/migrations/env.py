"""What Alembic runs for each command: on the connection that `records.migrate` hands it.

The mapped tables of all packages come in as `target_metadata`, because `records` may not import
`schedules` or `plans`; upgrading needs none.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("target_metadata"),
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
