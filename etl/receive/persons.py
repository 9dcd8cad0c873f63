"""The persons named in statements: read for the leak gate alone, in memory, and never stored."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from lxml import etree

from etl.config import ROOT, Config
from etl.receive.archive import Opener, list_members
from etl.receive.pid import (
    CHUNK,
    LONGEST_UNKNOWN,
    SAFE,
    SMALL,
    RefusedError,
    check_prologue,
)
from etl.receive.pid_rules import load_rules
from etl.receive.sealed import opened

_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}


# where a person can be reached: as telling as the name
_REACHES = ("indirizzo", "telefono", "email")
_DELEGATE = ("delegato", "e-mailDelegato")
_UNREADABLE = (OSError, etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, RefusedError)


def person_values(config: Config) -> Iterator[tuple[str, ...]]:
    """Yield the values of `iter_person_values` for every source of statements on this machine."""
    for source in config.fonti:
        if source.formato == "pid-xml" and source.percorso is not None:
            path = ROOT / source.percorso
            if path.exists():
                with opened(path) as readable:
                    yield from iter_person_values(readable)


def iter_person_values(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield, for each person named in a file, folder or zip of statements, what names them.

    A group holds the tax code, the address, telephone and e-mail, and the name and surname in both
    orders, as far as the file gives them. Workers, contact persons (*referenti*) and delegates are
    persons. What cannot be read of a broken file is skipped: `receive` refuses such files.
    """
    members, _ = list_members(path)
    with Opener() as opener:
        for member in members:
            try:
                with opener.open(member) as stream:
                    yield from _persons(stream)
            except _UNREADABLE:
                continue


def _persons(stream: IO[bytes]) -> Iterator[tuple[str, ...]]:
    rules = load_rules()
    prefix = "{" + rules.namespace + "}"
    content = stream.read(SMALL)
    check_prologue(content)
    if len(content) < SMALL:  # a whole statement: parsed at once, several times faster
        yield from _small(content, prefix)
        return
    persons = _tags(prefix)
    parser: Any = etree.XMLPullParser(
        events=("start", "end"), tag=(*rules.watched, *persons), **SAFE
    )
    unread = 0
    while content:
        parser.feed(content)
        unread += len(content)
        for event, element in parser.read_events():
            unread = 0
            parent = element.getparent()
            if event == "end" and parent is not None:
                if element.tag in persons:
                    yield _group(element, prefix)
                element.clear(keep_tail=True)
                while element.getprevious() is not None:
                    del parent[0]
            elif event == "start" and parent is None:
                yield _delegate(element)
        if unread > LONGEST_UNKNOWN:
            return
        content = stream.read(CHUNK)


def _small(content: bytes, prefix: str) -> Iterator[tuple[str, ...]]:
    parser: Any = etree.XMLParser(**(SAFE | {"recover": True}))
    root: Any = etree.fromstring(content, parser)
    if root is None:
        return
    yield _delegate(root)
    for element in root.iter(*_tags(prefix)):
        yield _group(element, prefix)


def _delegate(root: Any) -> tuple[str, ...]:
    return tuple(root.get(name) for name in _DELEGATE if root.get(name))


def _tags(prefix: str) -> tuple[str, ...]:
    return prefix + "lavoratore", prefix + "referente"


def _group(element: Any, prefix: str) -> tuple[str, ...]:
    values = {
        name: (element.findtext(prefix + name) or "").strip()
        for name in ("codicefiscale", "cognome", "nome", *_REACHES)
    }
    group = [values["codicefiscale"], *(values[name] for name in _REACHES)]
    if values["cognome"] and values["nome"]:
        name = f"{values['cognome']} {values['nome']}"
        group += [name, f"{values['nome']} {values['cognome']}"]
    return tuple(value for value in group if value)
