"""The field dictionary and the contracts in `datasets/`: what each open data set promises.

Fields are defined once in `datasets/campi.toml`; a contract (`datasets/<slug>/contratto.toml`)
only names them. Suppliers' contracts (`etl/receive/contratti/<name>.toml`) use the same
dictionary. Schema, documentation, expectations and pages are generated from here.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from etl.config import ROOT

DATASETS = ROOT / "datasets"
SUPPLIER_CONTRACTS = ROOT / "etl" / "receive" / "contratti"

PUBLISHED, WITHHELD, NOT_COLLECTED = "pubblicato", "riservato", "non_rilevato"

TOTAL, UNSTATED = "totale", "non_indicato"
_WITH_TOTAL = "_con_totale"
_VOCABULARIES = "vocabolari.toml"

Threshold = Literal["soglia_persone", "soglia_persone_dettaglio", "soglia_imprese", "minimo_tassi"]
Width = Threshold | Literal["p_percento"]
FieldType = Literal["testo", "intero", "decimale", "data", "logico", "elenco"]


class ContractError(Exception):
    """A contract is missing, incomplete, or has no disclosure policy: the build stops."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Section):
    """A text in Italian and English."""

    it: str
    en: str


class FieldDefinition(_Section):
    """What one column means, wherever it appears.

    `significato` counts its meanings: whoever changes what the column says raises it by one, and
    the next release has a new major version (docs/versions.md).
    """

    nome: str
    tipo: FieldType
    titolo: Text
    descrizione: Text
    unita: str | None = None
    esempio: str | None = None
    formato: str | None = None
    minimo: float | None = None
    massimo: float | None = None
    lunghezza_massima: int | None = None
    vocabolario: str | None = None
    uri: str | None = None
    significato: int = Field(default=1, ge=1)


class ContractField(_Section):
    """A field as one contract uses it."""

    definizione: FieldDefinition
    obbligatorio: bool = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.definizione.nome


class Tie(_Section):
    """What everyone can work out between the figures of one row, or of two tables.

    The columns `somma`, added over all rows of this table that share the codes of `per`, are
    `relazione` («uguale», «al_massimo», «almeno») to the columns `valori` of the rows of `tabella`
    with the same codes: of all of them together («insieme»), or of each («ciascuna»). `per` maps
    this table's columns to the other's; a code stands for all that begin with it, as codes of
    territories, occupations and dates do. Without `tabella` the relation is within each row.

    A column written with «-» before it is taken away. `dove` keeps the rows of the other table
    that have these values, `diversi` the own rows in which two columns differ.

    `certo` is false where the two figures have different suppliers: the relation is reckoned with
    wherever the figures keep it, since a reader may believe it.
    """

    somma: list[str] = Field(min_length=1)
    relazione: Literal["uguale", "al_massimo", "almeno"]
    valori: list[str] = Field(min_length=1)
    tabella: str | None = None
    per: dict[str, str] = Field(default_factory=dict)
    righe: Literal["insieme", "ciascuna"] = "insieme"
    dove: dict[str, str | bool] = Field(default_factory=dict)
    diversi: tuple[str, str] | None = None
    certo: bool = True

    @property
    def own(self) -> list[tuple[str, int]]:
        """The columns of this table, each with its sign."""
        return [_signed(name) for name in self.somma]

    @property
    def others(self) -> list[tuple[str, int]]:
        """The columns of the other table (or of the same row), each with its sign."""
        return [_signed(name) for name in self.valori]


def _signed(name: str) -> tuple[str, int]:
    return (name.removeprefix("-"), -1 if name.startswith("-") else 1)


class Policy(_Section):
    """How a data set's figures are protected. Without one, nothing is built.

    `conta` says what a figure counts; `metodo` how small figures are protected; `soglia` names
    the threshold in `portale.toml`; `valori` are the protected columns, `contributori` the
    restricted derived columns that hold how many persons or companies stand behind each row,
    `insieme` the columns that are hidden together with a protected one.

    For suppression, `sistema` names the tables whose rows add up to one another, and `legami` what
    else ties their figures, to those of other systems too: tied tables are protected together.
    `ampiezze` is the width that the interval of each hidden value must keep, `con_segno` the
    values that may be negative, and `mai_zero` restricted columns where a zero speaks of every
    company in the cell (all covered, or none).

    `somme` are the values that are sums of what each contributor brought (money, hours): of these
    the derived table lists the parts in `_contributi`, and dominance and p % are asked; their
    width is «p_percento».

    `margini` are the dimensions over which totals are published, in this table or in another of
    its `sistema`, and `gerarchie` those whose codes stand at several levels, from coarse to fine.
    For perturbation, `contributori` names the restricted column of the persons' identifiers: the
    derived table has one row a cell and person.
    """

    conta: Literal["persone", "imprese", "denaro", "nulla"]
    metodo: Literal["soppressione", "perturbazione", "tassi", "aperto", "generalizzazione"]
    motivo: Text
    dimensioni: list[str] = Field(default_factory=list)
    valori: list[str] = Field(default_factory=list)
    margini: list[str] = Field(default_factory=list)
    gerarchie: dict[str, list[str]] = Field(default_factory=dict)
    contributori: dict[str, Threshold] = Field(default_factory=dict)
    insieme: dict[str, list[str]] = Field(default_factory=dict)
    blocchi: list[str] = Field(default_factory=list)
    sistema: str | None = None
    mai_zero: list[str] = Field(default_factory=list)
    somme: list[str] = Field(default_factory=list)
    ampiezze: dict[str, Width] = Field(default_factory=dict)
    con_segno: list[str] = Field(default_factory=list)
    legami: list[Tie] = Field(default_factory=list)

    @model_validator(mode="after")
    def _complete(self) -> Policy:
        if self.metodo in ("soppressione", "perturbazione", "tassi") and not self.valori:
            raise ValueError(f"il metodo «{self.metodo}» chiede l'elenco «valori»")
        if self.metodo in ("soppressione", "tassi") and not self.contributori:
            raise ValueError(f"il metodo «{self.metodo}» chiede «contributori»")
        if self.metodo == "soppressione" and set(self.ampiezze) != set(self.valori):
            raise ValueError("il metodo «soppressione» chiede «ampiezze» per ognuno dei «valori»")
        if self.metodo == "soppressione" and not (self.sistema and self.dimensioni):
            raise ValueError("il metodo «soppressione» chiede «sistema» e «dimensioni»")
        if self.metodo == "perturbazione" and (
            self.conta != "persone" or len(self.contributori) != 1 or not self.dimensioni
        ):
            raise ValueError(
                "il metodo «perturbazione» conta persone, e chiede «dimensioni» e la colonna degli "
                "identificativi in «contributori»"
            )
        if self.metodo == "soppressione" and self.conta == "denaro" and not self.somme:
            raise ValueError("chi conta denaro con «soppressione» dice quali valori sono «somme»")
        relative = {name for name, width in self.ampiezze.items() if width == "p_percento"}
        if relative != set(self.somme):
            raise ValueError("l’ampiezza «p_percento» è quella delle «somme», e solo di quelle")
        if self.legami and self.metodo != "soppressione":
            raise ValueError("i «legami» sono di chi protegge con «soppressione»")
        unknown = sorted({*self.margini, *self.gerarchie} - set(self.dimensioni))
        if unknown:
            raise ValueError(f"non sono tra le «dimensioni»: {', '.join(unknown)}")
        if self.blocchi and (
            self.metodo != "tassi" or not set(self.blocchi) < set(self.dimensioni)
        ):
            raise ValueError("«blocchi» vale per il metodo «tassi», e dice alcune «dimensioni»")
        if self.metodo == "aperto" and self.conta not in ("nulla", "denaro"):
            raise ValueError("il metodo «aperto» vale solo per dati che non contano nessuno")
        return self


class Expectations(_Section):
    """What great-expectations checks on the released table, beyond what the fields say."""

    righe_minime: int = 1
    uguali: list[list[str]] = Field(default_factory=list)
    minore_o_uguale: list[list[str]] = Field(default_factory=list)


class Geometry(_Section):
    """The columns that hold a point (WGS84)."""

    lat: str
    lon: str


class Return(_Section):
    """How the suppliers' monitoring returns fill a data set (docs/add-a-measure.md).

    `grandezze` are the fields that a return gives, one row each: numbers, or dates and codes, and
    never free text; `categoria` the field that the return's own column of that name fills, where
    there is one.
    """

    grandezze: list[str] = Field(min_length=1)
    categoria: str | None = None


class Contract(_Section):
    """The contract of one open data set."""

    slug: str
    titolo: Text
    descrizione: Text
    domanda: Text
    frequenza: str
    fonti: list[str]
    chiave: list[str]
    parole_chiave: list[str] = Field(default_factory=list)
    campi: list[ContractField]
    geometria: Geometry | None = None
    riservatezza: Policy
    attese: Expectations = Field(default_factory=Expectations)
    ritorno: Return | None = None

    @model_validator(mode="after")
    def _no_free_text(self) -> Contract:
        asked = self.ritorno.grandezze if self.ritorno else []
        loose = [
            field.name
            for field in self.campi
            if field.name in asked and field.definizione.tipo in ("testo", "elenco")
            if not (field.definizione.vocabolario or field.definizione.formato)
        ]
        if loose:
            raise ValueError(
                "un ritorno non porta testo libero: chiedono un vocabolario o un formato "
                f"{', '.join(loose)}"
            )
        return self

    @property
    def names(self) -> list[str]:
        """The columns' names, in the order in which they are published."""
        return [field.name for field in self.campi]

    @property
    def module(self) -> str:
        """The name of the module in `etl/derive/` that derives this data set."""
        return self.slug.replace("-", "_")


class SupplierContract(_Section):
    """What a supplier's table must hold.

    `riservato`: the rows describe people; no value of theirs is in a message or a report.
    """

    nome: str
    titolo: str
    descrizione: str
    riservato: bool = False
    chiave: list[str]
    campi: list[ContractField]

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [field.name for field in self.campi]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ContractError(f"Manca «{path.parent.name}/{path.name}».") from None
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"«{path.parent.name}/{path.name}»: {error}") from None


def _merged(folder: Path, name: str) -> dict[str, Any]:
    """Return the common file of that name with those of single data sets, each entry once."""
    merged = _read(folder / name)
    for path in sorted(folder.glob(f"*/{name}")):
        for entry, body in _read(path).items():
            known = merged.setdefault(entry, {}) if name == _VOCABULARIES else merged
            twice = sorted(set(body) & set(known)) if known is not merged else [entry]
            if any(item in known for item in twice):
                raise ContractError(
                    f"{path.parent.name}/{name} definisce di nuovo {', '.join(twice)}: "
                    "usare la definizione che c’è, o un altro nome."
                )
            known |= body if known is not merged else {entry: body}
    return merged


@cache
def field_dictionary(folder: Path = DATASETS) -> dict[str, FieldDefinition]:
    """Return every field by name, from `campi.toml`; raises ContractError.

    Fields that only one data set has may stand in a `campi.toml` of its own folder.
    """
    raw = _merged(folder, "campi.toml")
    try:
        return {name: FieldDefinition(nome=name, **body) for name, body in raw.items()}
    except ValidationError as error:
        raise ContractError(f"campi.toml: {error}") from None


@cache
def vocabulary(name: str, folder: Path = DATASETS) -> dict[str, Text]:
    """Return the codes of one controlled vocabulary with their labels; raises ContractError.

    A data set may add its own codes to a vocabulary, in a `vocabolari.toml` of its folder.

    `<name>_con_totale` is that vocabulary, with a code for the total and one for who states none.
    """
    if name.endswith(_WITH_TOTAL):
        return {
            TOTAL: Text(it="totale", en="total"),
            **vocabulary(name.removesuffix(_WITH_TOTAL), folder),
            UNSTATED: Text(it="non indicato", en="not stated"),
        }
    raw = _vocabularies(folder)
    if name not in raw:
        raise ContractError(f"Il vocabolario «{name}» non è in vocabolari.toml.")
    return {code: Text(**label) for code, label in raw[name].items()}


@cache
def _vocabularies(folder: Path) -> dict[str, Any]:
    return _merged(folder, _VOCABULARIES)


def state_field(field: FieldDefinition) -> FieldDefinition:
    """Return the definition of `<campo>_stato`: shown, withheld or not collected."""
    return FieldDefinition(
        nome=f"{field.nome}_stato",
        tipo="testo",
        titolo=Text(it=f"Stato di «{field.titolo.it}»", en=f"State of “{field.titolo.en}”"),
        descrizione=Text(
            it="Dice se il valore è pubblicato, riservato (per proteggere le persone o le "
            "imprese) o non rilevato.",
            en="Whether the value is published, withheld (to protect people or companies) or "
            "not collected.",
        ),
        vocabolario="stato_valore",
    )


def dimension_with_total(field: FieldDefinition) -> FieldDefinition:
    """Return the definition of a dimension whose rows are also published all together."""
    return field.model_copy(
        update={
            "vocabolario": f"{field.vocabolario}{_WITH_TOTAL}",
            "descrizione": Text(
                it=f"{field.descrizione.it} «{TOTAL}»: tutti insieme.",
                en=f"{field.descrizione.en} “{TOTAL}”: all together.",
            ),
        }
    )


def _fields(
    names: list[str],
    required: list[str],
    stated: list[str],
    totals: list[str],
    folder: Path,
    where: str,
) -> list[ContractField]:
    known = dict(field_dictionary(folder))
    for name in set(totals) & set(known):
        if known[name].vocabolario is None:
            raise ContractError(f"{where}: «{name}» è nei «margini» ma non ha un vocabolario.")
        known[name] = dimension_with_total(known[name])
    unknown = sorted({*names, *required, *stated} - set(known))
    if unknown:
        raise ContractError(f"{where}: campi che campi.toml non definisce: {', '.join(unknown)}.")
    fields: list[ContractField] = []
    for name in names:
        fields.append(ContractField(definizione=known[name], obbligatorio=name in required))
        if name in stated:
            fields.append(ContractField(definizione=state_field(known[name]), obbligatorio=True))
    return fields


@cache
def load_contract(slug: str, folder: Path = DATASETS) -> Contract:
    """Return the contract of one open data set; raises ContractError (no policy included)."""
    raw = _read(folder / slug / "contratto.toml")
    if "riservatezza" not in raw:
        raise ContractError(
            f"«{slug}» non dichiara una regola di riservatezza: nulla viene pubblicato. "
            f"Aggiungere la sezione [riservatezza] a datasets/{slug}/contratto.toml."
        )
    names, required = raw.pop("campi"), raw.pop("obbligatori", [])
    stated = raw["riservatezza"].get("valori", [])
    totals = []
    if raw["riservatezza"].get("metodo") == "perturbazione":
        totals = raw["riservatezza"].get("margini", [])
    try:
        fields = _fields(names, required, stated, totals, folder, slug)
        return Contract(slug=slug, campi=fields, **raw)
    except ValidationError as error:
        raise ContractError(f"{slug}: {error}") from None


def load_contracts(folder: Path = DATASETS) -> list[Contract]:
    """Return every open data set's contract, by slug; raises ContractError at the first fault."""
    contracts = [
        load_contract(path.parent.name, folder) for path in sorted(folder.glob("*/contratto.toml"))
    ]
    _check_margins([item for item in contracts if item.riservatezza.metodo == "soppressione"])
    _check_ties(contracts)
    _check_shared_figures(contracts)
    return contracts


def _check_margins(contracts: list[Contract]) -> None:
    """Refuse a table whose declared margins are not those that its system publishes."""
    for contract in contracts:
        policy = contract.riservatezza
        totals: set[str] = set()
        for other in contracts:
            coarser = other.riservatezza
            shared = set(coarser.valori) & set(policy.valori)
            finer = set(coarser.dimensioni) < set(policy.dimensioni)
            if coarser.sistema == policy.sistema and shared and finer:
                totals |= set(policy.dimensioni) - set(coarser.dimensioni)
        if totals != set(policy.margini):
            found = ", ".join(sorted(totals)) or "nessuno"
            raise ContractError(
                f"{contract.slug}: i «margini» non sono quelli che il sistema «{policy.sistema}» "
                f"pubblica ({found}): scriverli, o togliere la tabella che li pubblica."
            )


def _check_ties(contracts: list[Contract]) -> None:
    """Refuse a tie that names a table or a column that there is not."""
    by_slug = {item.slug: item for item in contracts}
    for contract in contracts:
        for tie in contract.riservatezza.legami:
            other = by_slug.get(tie.tabella or contract.slug)
            if other is None:
                raise ContractError(f"{contract.slug}: legame con «{tie.tabella}», che non c’è.")
            named = (
                (contract, {*tie.per, *(tie.diversi or ()), *(name for name, _ in tie.own)}),
                (other, {*tie.per.values(), *tie.dove, *(name for name, _ in tie.others)}),
            )
            for item, columns in named:
                unknown = sorted(columns - set(item.names))
                if unknown:
                    raise ContractError(
                        f"{contract.slug}: un legame nomina colonne che «{item.slug}» non ha: "
                        f"{', '.join(unknown)}."
                    )


def _check_shared_figures(contracts: list[Contract]) -> None:
    """Refuse a protected figure that two tables show, unless the protection knows how they relate.

    Tables of one `sistema` add up, `legami` say the rest, and perturbed counts of the same people
    are the same wherever they stand. An exact and a perturbed version of one figure, or a
    protected and an open one, would give each other away.
    """
    tied = {slug: group for group in tied_tables(contracts) for slug in group}
    protected = [
        (contract, name)
        for contract in contracts
        if contract.riservatezza.metodo in ("soppressione", "perturbazione")
        for name in contract.riservatezza.valori
    ]
    for contract, name in protected:
        policy = contract.riservatezza
        for other in contracts:
            if other.slug <= contract.slug and name in other.riservatezza.valori:
                continue
            if other.slug == contract.slug or name not in other.names:
                continue
            if policy.metodo == other.riservatezza.metodo == "perturbazione":
                continue
            if other.slug in tied.get(contract.slug, ()):
                continue
            raise ContractError(
                f"«{name}» sta in «{contract.slug}» e in «{other.slug}», e nessuno dice come le "
                "due cifre si legano: una può svelare l’altra. Dare alle due tabelle lo stesso "
                "«sistema», scrivere un legame in [[riservatezza.legami]], o usare un altro campo."
            )


def tied_tables(
    contracts: Iterable[Contract], ties: Iterable[Collection[str]] | None = None
) -> list[tuple[str, ...]]:
    """Return the groups of tables that are protected together, each sorted, the groups too.

    Tables that hide figures stand in one group where they are of one `sistema`, or where one of
    `ties` names both: sets of slugs, by default those of the contracts' own `legami`.
    """
    hiding = {item.slug: item for item in contracts if item.riservatezza.metodo == "soppressione"}
    group = {slug: slug for slug in hiding}

    def root(slug: str) -> str:
        while group[slug] != slug:
            slug = group[slug]
        return slug

    first: dict[str | None, str] = {}
    pairs = [
        (first.setdefault(contract.riservatezza.sistema, slug), slug)
        for slug, contract in sorted(hiding.items())
    ]
    if ties is None:
        ties = [
            {slug, str(tie.tabella or slug)}
            for slug, contract in hiding.items()
            for tie in contract.riservatezza.legami
        ]
    for named in ties:
        pairs += itertools.pairwise(sorted(set(named) & set(hiding)))
    for one, other in pairs:
        group[root(one)] = root(other)
    members: dict[str, list[str]] = {}
    for slug in sorted(hiding):
        members.setdefault(root(slug), []).append(slug)
    return sorted(tuple(slugs) for slugs in members.values())


@cache
def load_supplier_contract(name: str) -> SupplierContract:
    """Return a supplier's contract by name; raises ContractError."""
    raw = _read(SUPPLIER_CONTRACTS / f"{name}.toml")
    names, required = raw.pop("campi"), raw.pop("obbligatori", [])
    return SupplierContract(
        nome=name, campi=_fields(names, required, [], [], DATASETS, name), **raw
    )
