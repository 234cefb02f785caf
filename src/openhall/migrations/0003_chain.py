"""The log becomes a chain of hashes, what was written before with it; and what the worker remembers. Decision 0015."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import openhall.moment
from openhall.rules.chain import GENESIS, data_hash, link, plain, stamp

PIECE = 2000  # events read and written at once


def chain(apps, editor):
    """Chain the events there are, in the order they were written."""
    Event, ChainHead = apps.get_model("openhall", "Event"), apps.get_model("openhall", "ChainHead")
    cursor = editor.connection.cursor()
    if editor.connection.vendor == "postgresql":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the table is altered again in this transaction
    seq, prev, pk = 0, GENESIS, 0
    fields = ("pk", "at", "kind", "subject_type", "subject_id", "by_id", "data")
    while rows := list(Event.objects.filter(pk__gt=pk).order_by("pk").values_list(*fields)[:PIECE]):
        values = []
        for pk, at, kind, subject_type, subject_id, by, data in rows:
            seq, kept = seq + 1, data_hash(plain(data))
            hash = link(seq, stamp(at), kind, subject_type, subject_id, by, kept, prev)
            values.append((seq, kept, prev, hash, pk))
            prev = hash
        cursor.executemany(
            "UPDATE openhall_event SET seq = %s, data_hash = %s, prev = %s, hash = %s WHERE id = %s", values
        )
    ChainHead.objects.create(pk=1, seq=seq, hash=prev)
    apps.get_model("openhall", "Cursor").objects.create(name="flow", seq=seq)  # the worker follows from here on


class Migration(migrations.Migration):
    dependencies = [
        ("openhall", "0002_desk"),
    ]

    operations = [
        migrations.CreateModel(
            name="Anchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=openhall.moment.now)),
                ("seq", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("name", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("step", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Due",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Stuck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("seq", models.BigIntegerField()),
                ("step", models.CharField(max_length=80)),
                ("error", models.CharField(max_length=80)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("aside", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=openhall.moment.now)),
            ],
            options={
                "ordering": ["seq", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=openhall.moment.now)),
                ("at", models.DateTimeField(default=openhall.moment.now)),
                ("done", models.BigIntegerField(default=0)),
                ("events", models.BigIntegerField(default=0)),
                ("last", models.BigIntegerField(default=0)),
                ("anchors", models.PositiveIntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("erased", models.PositiveIntegerField(default=0)),
                ("months", models.JSONField(default=dict)),
                ("failure", models.CharField(blank=True, max_length=400)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.RemoveIndex(
            model_name="event",
            name="event_subject",
        ),
        migrations.AddField(
            model_name="event",
            name="data_hash",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="event",
            name="hash",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="event",
            name="prev",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="event",
            name="seq",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="event",
            name="seq",
            field=models.BigIntegerField(unique=True),
        ),
        migrations.AlterField(
            model_name="event",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["subject_type", "subject_id", "at", "seq"], name="event_subject"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at", "seq"], name="event_at"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["kind", "at", "seq"], name="event_kind"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["by", "at", "seq"], name="event_by"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["by", "kind", "at", "seq"], name="event_by_kind"),
        ),
        migrations.AddConstraint(
            model_name="stuck",
            constraint=models.UniqueConstraint(fields=("seq", "step"), name="one_row_per_stuck_step"),
        ),
        migrations.AddField(
            model_name="verification",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
