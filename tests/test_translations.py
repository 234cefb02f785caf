"""Everything a person reads is said in Chinese as well, and says the same."""

from __future__ import annotations

import re

from tests.messages import chinese, extracted, unsaid

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*(?:[!:][^}]*)?\}")


def test_every_message_has_a_chinese_translation():
    assert unsaid() == []


def test_the_catalogue_holds_nothing_that_is_no_longer_said():
    said = {str(message.id) for message in extracted()}
    assert [str(message.id) for message in chinese() if message.id and str(message.id) not in said] == []


def test_translations_keep_the_placeholders():
    for message in chinese():
        if not message.id:
            continue
        texts = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        wanted = set(PLACEHOLDER.findall(texts[-1]))
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) == wanted, f"{message.id!r} → {string!r}"
