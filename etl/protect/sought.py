"""What the leak gate looks for: the restricted texts of the sources, and who may be written to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import pandas as pd

from etl.config import ROOT, Config, config_path
from etl.contracts import Contract, load_supplier_contract
from etl.protect.leaks import contacts_in, words_of
from etl.receive import Received, person_values
from etl.receive.occupations import load_occupations

# A row of a person's is told by its first fields: where, when born, what disability, since when.
_TELLING_FIELDS = 7
# A word shorter than this tells nothing apart.
_TELLING_LENGTH = 4
_LEXICON = "etl/demo/dati/"
_LEGAL_FORMS = ("srl", "spa", "snc", "sas", "srls", "scarl", "scrl", "s r l", "s p a", "s n c")

Groups = Iterator[tuple[str, ...]]


def restricted_texts(
    config: Config, received: Received, released: Mapping[str, pd.DataFrame]
) -> Groups:
    """Yield the texts of the sources that must be in no output.

    Persons named in statements; identifiers and telling combinations of the enrolled people's
    profiles; companies' codes, and the names of those that no released row names; texts of
    vacancies that were withheld.
    """
    shown = _shown_words(released)
    return chain(
        person_values(config),
        _persons_rows(received.tables),
        *(
            _companies(received.tables.get(name), shown)
            for name in ("prospetti", "offerte-cliclavoro")
        ),
        *(
            _withheld_texts(received.tables.get(name), shown)
            for name in ("prospetti-posti", "offerte-cliclavoro")
        ),
    )


def _persons_rows(tables: Mapping[str, pd.DataFrame]) -> Groups:
    """Yield, of every table whose rows describe people, each id and each row's first fields.

    The fields stand in the contract's order, as a file of such rows writes them: together they
    point at one person.
    """
    for name, table in sorted(tables.items()):
        contract = load_supplier_contract(name)
        if not contract.riservato:
            continue
        ids = [field for field in contract.names if field.startswith("id_") and field in table]
        plain = [
            field.name
            for field in contract.campi
            if field.definizione.tipo != "elenco" and field.name in table
        ]
        facts = [field for field in plain if field not in ids][:_TELLING_FIELDS]
        for row in table[[*ids, *facts]].itertuples(index=False):
            known = [_as_written(value) for value in row[len(ids) :] if not pd.isna(value)]
            yield (*map(str, row[: len(ids)]), *([" ".join(known)] if len(known) > 4 else []))


def _as_written(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _companies(documents: pd.DataFrame | None, shown: str) -> Groups:
    if documents is None:
        return
    codes = [
        name for name in ("codice_comunicazione", "codice_fiscale_azienda") if name in documents
    ]
    for code in sorted({str(code) for name in codes for code in documents[name].dropna()}):
        yield (code,)
    for name in sorted(set(documents["denominazione_azienda"].dropna())):
        words = words_of(name)
        # a public body's name may stand anywhere; one with a company's form is a company's
        if any(f" {form} " in f" {words} " for form in _LEGAL_FORMS) and f" {words} " not in shown:
            yield (name,)


def _withheld_texts(vacancies: pd.DataFrame | None, shown: str) -> Groups:
    """Yield the texts with a word that no released text has: the others may be told anywhere.

    An occupation as the classification names it is told by the classification.
    """
    if vacancies is None:
        return
    vocabulary = set(shown.split())
    classified = {words_of(name) for name in load_occupations()["professione"]}
    for column in ("mansione", "capacita_controindicazioni"):
        for text in sorted(set(vacancies[column].dropna())):
            words = words_of(text)
            rare = {word for word in words.split() if len(word) >= _TELLING_LENGTH} - vocabulary
            if rare and " " in words and words not in classified:
                yield (text,)


def _shown_words(released: Mapping[str, pd.DataFrame]) -> str:
    """Return the words of every distinct released text, texts apart from one another."""
    texts = {
        text
        for table in released.values()
        for name in table.columns
        if table[name].dtype == "str"
        for text in table[name].dropna().unique()
    }
    return " \n ".join(["", *(words_of(text) for text in sorted(texts)), ""])


def public_contacts(
    contracts: Mapping[str, Contract], released: Mapping[str, pd.DataFrame]
) -> set[str]:
    """Return the e-mail addresses and telephone numbers that are published on purpose.

    Those of tables that describe nobody but offices (`aperto`), of the configuration, and of the
    pages written by hand.
    """
    tables = [
        table[name].dropna().unique()
        for slug, table in released.items()
        if contracts[slug].riservatezza.metodo == "aperto"
        for name in table.columns
        if table[name].dtype == "str"
    ]
    written = [
        config_path(),
        *_files(ROOT / "content"),
        *_files(ROOT / "theme"),
        *_files(ROOT / "datasets"),
    ]
    texts = chain(
        ("\n".join(values) for values in tables),
        (path.read_text(encoding="utf-8", errors="replace") for path in written),
    )
    return {contact for text in texts for contact in _contacts(text)}


def _contacts(text: str) -> Iterable[str]:
    return (contact for _, contact in contacts_in(text.encode("latin-1", "replace")))


def _files(folder: Path) -> list[Path]:
    kinds = {".md", ".html", ".toml", ".csv", ".js"}
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in kinds and path.is_file() and "terze" not in path.parts
    )


def tracked_files(root: Path) -> list[Path]:
    """Return the files that git keeps in the project's folder; none where it is no clone.

    Left out is the lexicon from which the demonstration is invented: what it makes stands there.
    """
    if not (root / ".git").exists():
        return []
    done = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False
    )
    names = done.stdout.decode("utf-8", "replace").split("\0") if done.returncode == 0 else []
    return sorted(
        path
        for name in names
        if name and not name.startswith(_LEXICON) and (path := root / name).is_file()
    )
