"""`make messages`: what the code and the templates say, gathered into the one catalogue that translators fill.

Also read by test_translations.py, which fails while anything is unsaid in Chinese.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[1] / "src" / "openhall"
CHINESE = PACKAGE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
HEADER = "# What OpenHall says, in Simplified Chinese."
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "N_": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
}

Message = tuple[str, int, str | tuple[str, str], list[str]]  # file, line, message (with plural), comments


def in_python() -> Iterator[Message]:
    for file in sorted(PACKAGE.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        found = extract_from_file("python", str(file), keywords=KEYWORDS, comment_tags=["Translators:"])
        for line, message, comments, _context in found:
            yield str(file.relative_to(PACKAGE)), line, message, comments


def in_templates() -> Iterator[Message]:
    from django.template import engines
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    for file in sorted((PACKAGE / "templates").rglob("*")):
        if not file.is_file():
            continue
        name = str(file.relative_to(PACKAGE / "templates"))
        text = file.read_text("utf-8")
        for found in re.finditer(r':_\("([^"]+)"\)', text):  # an argument of a filter
            yield f"templates/{name}", text.count("\n", 0, found.start()) + 1, found[1].replace("%", "%%"), []
        nodes = engines["django"].from_string(text).template.nodelist
        for node in nodes.get_nodes_by_type(TranslateNode):
            said = node.filter_expression.var.literal or str(node.filter_expression.var)
            yield f"templates/{name}", node.token.lineno, said.replace("%", "%%"), []  # as Django looks it up
        for node in nodes.get_nodes_by_type(BlockTranslateNode):
            one = node.render_token_list(node.singular)[0]
            message = (one, node.render_token_list(node.plural)[0]) if node.plural else one
            yield f"templates/{name}", node.token.lineno, message, []


def extracted() -> Catalog:
    """Everything said anywhere, with no translation."""
    start = datetime(2026, 1, 1, tzinfo=UTC)  # fixed, so that the file changes only when a sentence does
    catalogue = Catalog(
        locale="zh_Hans", project="OpenHall", header_comment=HEADER, charset="utf-8", fuzzy=False
    )
    catalogue.creation_date = catalogue.revision_date = start
    for file, _line, message, comments in (*in_python(), *in_templates()):
        if not message:
            continue
        flags = ["python-brace-format"] if re.search(r"\{\w+[^}]*\}", str(message)) else []
        catalogue.add(message, locations=[(file, None)], auto_comments=comments, flags=flags)
    return catalogue


def chinese() -> Catalog:
    """The catalogue as it is stored; empty where there is none yet."""
    if not CHINESE.exists():
        return Catalog(locale="zh_Hans")
    with CHINESE.open("rb") as lines:
        return read_po(lines, locale="zh_Hans")


def unsaid() -> list[str]:
    """Messages without a finished translation."""
    known = chinese()
    return [
        str(said.id)
        for said in extracted()
        if said.id and not _done(known.get(said.id if isinstance(said.id, str) else said.id[0]))
    ]


def _done(message: object) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def update() -> None:
    """Write the catalogue anew: translations kept, new messages empty, what is said no more left out."""
    fresh, known = extracted(), chinese()
    for message in fresh:
        old = known.get(message.id if isinstance(message.id, str) else message.id[0]) if message.id else None
        if old is not None and _done(old):
            message.string = old.string
    CHINESE.parent.mkdir(parents=True, exist_ok=True)
    with CHINESE.open("wb") as target:
        write_po(target, fresh, width=110, sort_output=True, omit_header=False, include_lineno=False)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhall.settings")
    import django

    django.setup()
    update()
    left = unsaid()
    print(
        f"{CHINESE.relative_to(PACKAGE)}: {len(left)} of {len(extracted())} messages wait for a translation."
    )
