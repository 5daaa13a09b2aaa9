"""The table of the cache, in which rate limits hold across processes."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_initial")]
    operations = [migrations.RunPython(make, lambda apps, schema_editor: schema_editor.execute("DROP TABLE cache"))]
