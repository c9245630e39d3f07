"""The database refuses to change or delete audit rows."""

from django.db import migrations

from core import append_only


def install(apps, schema_editor):
    append_only.install(schema_editor.connection)


def drop(apps, schema_editor):
    append_only.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(install, drop)]
