"""Migrations: from nothing to exactly the tables that the program knows."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from tingtang import migrations
from tingtang.kernel.database import Database
from tingtang.kernel.errors import Refused
from tingtang.schema import complete_metadata


def test_an_empty_database_becomes_exactly_the_tables(empty_url: str) -> None:
    database = Database(empty_url)
    with database.writer.begin() as connection:
        migrations.upgrade(connection)
    with database.writer.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, complete_metadata())
        assert differences == [], "the tables have changed: run `make migration`"
        migrations.require_head(connection)
        migrations.upgrade(connection)  # a second time changes nothing
    database.close()


def test_a_database_that_does_not_fit_the_program_is_refused_in_words(empty_url: str) -> None:
    database = Database(empty_url)
    with database.writer.begin() as connection:
        with pytest.raises(Refused, match="tingtang migrate") as refused:
            migrations.require_head(connection)
        assert refused.value.code == "database_not_prepared"
        migrations.upgrade(connection)
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'ffff'"))
        with pytest.raises(Refused, match="newer program"):
            migrations.require_head(connection)
    database.close()


def test_a_migration_that_fails_changes_nothing(empty_url: str) -> None:
    database = Database(empty_url)
    with database.writer.begin() as connection:
        connection.execute(sa.text("CREATE TABLE streams (x INTEGER)"))  # in the way of the first
    with pytest.raises(sa.exc.DBAPIError), database.writer.begin() as connection:
        migrations.upgrade(connection)
    with database.reader.begin() as connection:
        assert sa.inspect(connection).get_table_names() == ["streams"]
        assert migrations.revision_of(connection) == ""
    database.close()


def test_every_old_revision_is_known() -> None:
    assert migrations.knows(migrations.head())
    assert not migrations.knows("ffff")
