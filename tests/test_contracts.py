"""Contracts and configuration: what is missing is said, and nothing is built without a policy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl.config import ROOT, ConfigError, load_config
from etl.contracts import (
    DATASETS,
    ContractError,
    field_dictionary,
    load_contract,
    load_contracts,
    load_supplier_contract,
    vocabulary,
)


def copy_of_datasets(folder: Path) -> Path:
    shutil.copytree(DATASETS, folder / "datasets")
    return folder / "datasets"


def test_a_contract_without_a_disclosure_policy_stops_the_build(tmp_path: Path) -> None:
    datasets = copy_of_datasets(tmp_path)
    path = datasets / "operatori" / "contratto.toml"
    path.write_text(path.read_text(encoding="utf-8").split("[riservatezza]")[0], encoding="utf-8")
    with pytest.raises(ContractError, match="non dichiara una regola di riservatezza"):
        load_contracts(datasets)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('metodo = "soppressione"', 'metodo = "aperto"', "non contano nessuno"),
        ("contributori = {", "# contributori = {", "chiede «contributori»"),
        ('"imprese",\n', '"non_definito",\n', "campi.toml non definisce: non_definito"),
    ],
)
def test_a_policy_that_protects_nothing_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    datasets = copy_of_datasets(tmp_path)
    path = datasets / "scoperture-territoriali" / "contratto.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=said):
        load_contract("scoperture-territoriali", datasets)


@pytest.mark.parametrize(
    ("slug", "old", "new", "said"),
    [
        (
            "incrocio-carenze",
            'tabella = "incrocio-copertura"',
            'tabella = "incrocio-x"',
            "legame con «incrocio-x», che non c’è",
        ),
        (
            "incrocio-carenze",
            '"posti", "-posti_copribili_minimo"',
            '"posti", "-posti_liberi"',
            "colonne che «incrocio-copertura» non ha: posti_liberi",
        ),
        ("posti-disponibili", "[attese]", "[[riservatezza.legami]]\n", "sono di chi protegge con"),
    ],
)
def test_a_tie_with_what_there_is_not_is_refused(
    tmp_path: Path, slug: str, old: str, new: str, said: str
) -> None:
    datasets = copy_of_datasets(tmp_path)
    path = datasets / slug / "contratto.toml"
    text = path.read_text(encoding="utf-8")
    if new.endswith("\n"):
        new += 'somma = ["comune"]\nrelazione = "uguale"\nvalori = ["settore"]\n\n[attese]'
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=said):
        load_contracts(datasets)


@pytest.mark.parametrize(
    ("slug", "old", "new"),
    [
        # the same exact figure by occupation, and nobody says how the two tables add up
        ("incrocio-ostacoli", '"coppie_in_piu"', '"posti_mancanti"'),
        # an exact figure that another table shows perturbed
        ("incrocio-ostacoli", '"coppie_in_piu"', '"iscritti"'),
        # a protected figure as an open column
        ("risorse", '"sintetico",\n]', '"iscritti",\n    "sintetico",\n]'),
    ],
)
def test_a_protected_figure_in_two_tables_that_nobody_ties_stops_the_build(
    tmp_path: Path, slug: str, old: str, new: str
) -> None:
    datasets = copy_of_datasets(tmp_path)
    path = datasets / slug / "contratto.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(
        text.replace(old, new).replace("coppie_in_piu =", f"{new.strip(chr(34))} ="),
        encoding="utf-8",
    )
    with pytest.raises(ContractError, match="nessuno dice come le due cifre si legano"):
        load_contracts(datasets)


def test_a_total_published_elsewhere_must_be_declared_as_a_margin(tmp_path: Path) -> None:
    datasets = copy_of_datasets(tmp_path)
    path = datasets / "scoperture-territoriali" / "contratto.toml"
    text = path.read_text(encoding="utf-8")
    declared = 'margini = ["codice_provincia", "macrosettore"]'
    assert declared in text
    path.write_text(text.replace(declared, 'margini = ["macrosettore"]'), encoding="utf-8")
    with pytest.raises(ContractError, match=r"«margini» non sono.*codice_provincia, macrosettore"):
        load_contracts(datasets)


def test_every_protected_value_has_its_state_beside_it() -> None:
    for contract in load_contracts():
        for name in contract.riservatezza.valori:
            position = contract.names.index(name)
            assert contract.names[position + 1] == f"{name}_stato"


def test_every_field_is_defined_once_and_explained_in_both_languages() -> None:
    for field in field_dictionary().values():
        for text in (field.titolo, field.descrizione):
            assert text.it.strip()
            assert text.en.strip()
        if field.vocabolario:
            assert vocabulary(field.vocabolario)


def test_every_field_of_the_dictionary_is_used() -> None:
    used = {field.name for contract in load_contracts() for field in contract.campi}
    for path in sorted((ROOT / "etl" / "receive" / "contratti").glob("*.toml")):
        used |= set(load_supplier_contract(path.stem).names)
    assert set(field_dictionary()) <= used


def write_config(folder: Path, old: str, new: str) -> Path:
    text = (ROOT / "portale.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "portale.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('regione = "Lombardia"', "", r"portale\.regione: manca"),
        ('regione = "Lombardia"', "regione = 3", r"portale\.regione: deve essere un testo"),
        ("soglia_persone = 5", "soglia_persone = 1", "soglia_persone: il valore è troppo basso"),
        ('formato = "pid-xml"', 'formato = "pdf"', "formato: valore non previsto"),
        ('id = "consensi"', 'id = "prospetti"', "«prospetti» è scritta due volte"),
        ("[riservatezza]", "[riservatezza", "non è un file TOML leggibile"),
        ("[riservatezza]", "[riservatezza]\nsolgia = 3", "solgia: voce sconosciuta"),
        (
            'percorso = "build/demo/consensi.csv"',
            'percorso = "a.csv"\nurl = "https://b.example/"',
            "uno solo dei due",
        ),
    ],
)
def test_a_wrong_configuration_names_the_key_and_what_to_do(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        load_config(write_config(tmp_path, old, new))


def test_a_missing_configuration_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"«manca\.toml» non c'è"):
        load_config(tmp_path / "manca.toml")
