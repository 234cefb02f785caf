"""The index of like texts. The inverted index is the database's own: FTS5 kept by triggers, or GIN on an expression.

On SQLite a later change of the documents' table makes Django build it anew, which loses the triggers: such a migration
must call `begin` again.
"""

from django.db import migrations, models

SQLITE = [
    # Only which word is in which document: no positions, no sizes, no copy of the text.
    """CREATE VIRTUAL TABLE openhall_search USING fts5(
        words, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '='")""",
    """CREATE TRIGGER openhall_search_put AFTER INSERT ON openhall_searchdocument BEGIN
        INSERT INTO openhall_search(rowid, words) VALUES (new.id, '=' || new.kind || ' ' || new.words);
    END""",
    """CREATE TRIGGER openhall_search_drop AFTER DELETE ON openhall_searchdocument BEGIN
        INSERT INTO openhall_search(openhall_search, rowid, words)
        VALUES ('delete', old.id, '=' || old.kind || ' ' || old.words);
    END""",
    """CREATE TRIGGER openhall_search_change AFTER UPDATE ON openhall_searchdocument
    WHEN old.id <> new.id OR old.kind <> new.kind OR old.words <> new.words BEGIN
        INSERT INTO openhall_search(openhall_search, rowid, words)
        VALUES ('delete', old.id, '=' || old.kind || ' ' || old.words);
        INSERT INTO openhall_search(rowid, words) VALUES (new.id, '=' || new.kind || ' ' || new.words);
    END""",
]
SQLITE_BACK = [
    "DROP TRIGGER openhall_search_put",
    "DROP TRIGGER openhall_search_drop",
    "DROP TRIGGER openhall_search_change",
    "DROP TABLE openhall_search",
]
POSTGRESQL = [
    # A document's words, its kind (“=request”) and its span of 16384 ids (“<61”, to look at the latest only). The cost
    # says: never compute this for row after row, whatever is guessed of how common a word is.
    """CREATE FUNCTION openhall_search_words(words text, kind text, id bigint) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE COST 10000 AS $$
    BEGIN
        RETURN array_to_tsvector(string_to_array(words, ' ') || ('=' || kind) || ('<' || (id >> 14)::text));
    END $$""",
    # Written at once: a list of pending words would be cheaper to write and would have to be read by every question.
    """CREATE INDEX openhall_search ON openhall_searchdocument
    USING gin (openhall_search_words(words, kind, id)) WITH (fastupdate = off)""",
]
POSTGRESQL_BACK = [
    "DROP INDEX openhall_search",
    "DROP FUNCTION openhall_search_words(text, text, bigint)",
]


def begin(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def end(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("openhall", "0003_chain")]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=8)),
                ("object_id", models.BigIntegerField()),
                ("words", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="one_document_per_object")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("share", models.FloatField()),
            ],
        ),
        migrations.RunPython(begin, end),
    ]
