"""Marks for answers whose row in the columnar extract is not up to date, kept by triggers. Decision 0017.

On SQLite a later change of the answers' table makes Django build it anew, which loses the triggers: such a migration
must call `begin` again.
"""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = [
    """CREATE TRIGGER openhall_unextracted_{name} AFTER {event} ON openhall_response BEGIN
        INSERT INTO openhall_unextracted(response, wave, token)
        VALUES ({row}.id, {row}.wave_id, random() & 2147483647)
        ON CONFLICT(response) DO UPDATE SET wave = excluded.wave, token = excluded.token;
    END""".format(  # noqa: S608 nothing of it is given
        name=event.lower(), event=event, row="old" if event == "DELETE" else "new"
    )
    for event in ("INSERT", "UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER openhall_unextracted_{event}" for event in ("insert", "update", "delete")]
# Once a statement, not once a row: a file of a hundred thousand sheets is one statement in a hundred.
POSTGRESQL = [
    """CREATE FUNCTION openhall_mark_unextracted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO openhall_unextracted(response, wave, token)
        SELECT id, wave_id, floor(random() * 2147483648)::integer FROM changed
        ON CONFLICT(response) DO UPDATE SET wave = excluded.wave, token = excluded.token;
        RETURN NULL;
    END $$""",
    *(
        """CREATE TRIGGER openhall_unextracted_{name} AFTER {event} ON openhall_response
        REFERENCING {rows} TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION openhall_mark_unextracted()""".format(
            name=event.lower(), event=event, rows="OLD" if event == "DELETE" else "NEW"
        )
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
]
POSTGRESQL_BACK = [
    *(
        f"DROP TRIGGER openhall_unextracted_{event} ON openhall_response"
        for event in ("insert", "update", "delete")
    ),
    "DROP FUNCTION openhall_mark_unextracted()",
]


def begin(apps, schema_editor):
    """The triggers. Answers that are there already need no mark: a wave without an extract is read as a whole."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def end(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("openhall", "0004_search")]

    operations = [
        migrations.CreateModel(
            name="Unextracted",
            fields=[
                ("response", models.BigIntegerField(primary_key=True, serialize=False)),
                ("wave", models.BigIntegerField()),
                ("token", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["wave", "response"], name="unextracted_of_wave")],
            },
        ),
        migrations.CreateModel(
            name="Extract",
            fields=[
                (
                    "wave",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="extract",
                        serialize=False,
                        to="openhall.wave",
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("stamp", models.CharField(max_length=32)),
                ("coming", models.CharField(blank=True, default="", max_length=32)),
            ],
        ),
        migrations.RunPython(begin, end),
    ]
