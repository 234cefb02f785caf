"""The wave of each finding, and indexes that count and list the findings of a wave without reading its answers."""

import django.db.models.deletion
from django.db import migrations, models

CHUNK = 50_000  # findings filled in by one statement
FILL = """UPDATE openhall_flag
    SET wave_id = (SELECT wave_id FROM openhall_response WHERE openhall_response.id = openhall_flag.response_id)
    WHERE id >= %s AND id < %s"""


def fill(apps, schema_editor):
    """The wave of every finding that is there, as its answer says."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM openhall_flag")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, CHUNK) if first is not None else ():
            cursor.execute(FILL, [start, start + CHUNK])


class Migration(migrations.Migration):
    dependencies = [("openhall", "0006_output_progress")]

    operations = [
        migrations.AddField(
            model_name="flag",
            name="wave",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="flags",
                to="openhall.wave",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="flag",
            name="wave",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="flags",
                to="openhall.wave",
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(fields=["wave", "rule", "verdict", "reason", "response"], name="flag_of_rule"),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(fields=["wave", "verdict", "response"], name="flag_of_verdict"),
        ),
    ]
