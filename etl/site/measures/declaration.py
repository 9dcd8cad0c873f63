"""What a measure's page declares in `datasets/<slug>/misura.toml`: indicators, charts, texts."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from etl.contracts import DATASETS, load_contracts, vocabulary
from etl.indicators import Kind, formulas
from etl.site.released import SiteError

FILE = "misura.toml"
ROWS = "righe"

Filter = dict[str, str | list[str]]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Section):
    """A value that a document sets: `piu_di`, `almeno` or `al_piu` it; `testo` are its words."""

    valore: float
    verso: Literal["piu_di", "almeno", "al_piu"] = "almeno"
    testo: str


class Indicator(_Section):
    """One indicator: which columns of which data set the formula takes.

    `numeratore` and `denominatore` are columns that are summed, or «righe»: how many rows there
    are. `dove` chooses rows for both, `dove_numeratore` for the numerator alone. `partenza` is the
    period of the baseline; `verso` is where the measure wants it to go; `per_periodo = false`
    takes all periods together. `come` is the kind of a formula's other quantity, where that is
    wanted; `per_cento` counts for each hundred of the denominator. `confronto` chooses the rows of
    a second group: the indicator is then the difference between the two groups' proportions.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    formula: str
    titolo: str
    insieme: str | None = None
    numeratore: str
    denominatore: str | None = None
    dove: Filter = Field(default_factory=dict)
    dove_numeratore: Filter = Field(default_factory=dict)
    confronto: Filter = Field(default_factory=dict)
    per_periodo: bool = True
    partenza: str | None = None
    verso: Literal["crescere", "calare"] | None = "crescere"
    obiettivo: Target | None = None
    come: Kind | None = None
    unita: str | None = None
    per_cento: bool = False
    nota: str | None = None

    @property
    def kind(self) -> Kind:
        """How numerator and denominator make the value: the formula's way, or another named."""
        return self.come or formulas()[self.formula].tipo

    @property
    def signed(self) -> bool:
        """Whether the value says how much more or less, and bears its sign."""
        return self.kind in ("variazione", "differenza")

    @property
    def unit(self) -> str:
        """The unit in which the value is read."""
        return self.unita or formulas()[self.formula].unita


class Drawing(_Section):
    """One chart: of indicators over time or by a column, or of the measure's actions and targets.

    `colonne` of kind «matrice» are the rows' column, the columns' column and the value's («righe»
    counts rows); of kind «tabella», the columns that the table shows; of «carta», what tells the
    places apart; of «calendario», the name, the start, the end and the state of each row; of
    «parti», what the indicators' denominators and numerators are called, and `nomi` the
    indicators' short names. `dove` chooses rows. `misura` is the measure whose actions or targets
    are shown, where it is another one. Charts of one `gruppo` stand together under that heading.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    tipo: Literal[
        "linee",
        "province",
        "barre",
        "azioni",
        "traguardi",
        "responsabilita",
        "matrice",
        "parti",
        "tabella",
        "carta",
        "calendario",
        "indice",
    ]
    titolo: str
    descrizione: str
    indicatori: list[str] = Field(default_factory=list)
    per: str | None = None
    insieme: str | None = None
    colonne: list[str] = Field(default_factory=list)
    nomi: list[str] = Field(default_factory=list)
    dove: Filter = Field(default_factory=dict)
    misura: str | None = None
    gruppo: str | None = None


class Passage(_Section):
    """A text of the page; `fonte` says where what it tells stands."""

    titolo: str
    testo: list[str]
    fonte: str | None = None


class Link(_Section):
    """A page of the site that belongs to the measure as well."""

    pagina: str
    testo: str


class Measure(_Section):
    """One measure of the programme and its page.

    `pagina` is set where the page is made elsewhere: then the measure only stands in the index,
    and `formule` are those that the page works out.
    `ignoto` ends the page's first sentence: what the figures cannot tell.
    """

    slug: str
    titolo: str
    ordine: int
    pilastri: list[str] = Field(min_length=1)
    sommario: str
    ignoto: str | None = None
    pagina: str | None = None
    insiemi: list[str] = Field(default_factory=list)
    indicatori: list[Indicator] = Field(default_factory=list)
    grafici: list[Drawing] = Field(default_factory=list)
    testi: list[Passage] = Field(default_factory=list)
    collegate: list[Link] = Field(default_factory=list)
    cifre: list[str] = Field(default_factory=list)
    formule: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self) -> Measure:
        unknown = sorted(set(self.pilastri) - set(vocabulary("pilastro")))
        if unknown:
            raise ValueError(f"pilastri che non ci sono: {', '.join(unknown)}")
        if self.pagina is None and not (self.indicatori and self.ignoto):
            raise ValueError("una pagina chiede almeno un indicatore, e «ignoto»")
        known = {item.id for item in self.indicatori}
        for drawing in self.grafici:
            lacking = sorted(set(drawing.indicatori) - known)
            if lacking:
                raise ValueError(f"il grafico «{drawing.id}» cita indicatori che non ci sono")
            if drawing.tipo == "parti" and (
                len(drawing.colonne) != 2 or len(drawing.nomi) != len(drawing.indicatori)
            ):
                raise ValueError(
                    f"il grafico «{drawing.id}» chiede due «colonne» e un nome per indicatore"
                )
        for code in (*self.formule, *(item.formula for item in self.indicatori)):
            if code not in formulas():
                raise ValueError(f"la formula «{code}» non c’è")
        for indicator in self.indicatori:
            if (indicator.kind == "differenza") != bool(indicator.confronto):
                raise ValueError(f"«{indicator.id}»: una differenza, e solo lei, ha un «confronto»")
        return self

    @property
    def address(self) -> str:
        """The address of the measure's page, from the root of the site."""
        return self.pagina or f"monitoraggio/{self.slug}/"

    def data_set(self, indicator: Indicator) -> str:
        """The data set that an indicator takes its columns from."""
        return indicator.insieme or self.slug

    @property
    def cited(self) -> list[str]:
        """The formulas that the page works out, each once."""
        return list(dict.fromkeys([*self.formule, *(item.formula for item in self.indicatori)]))

    @property
    def data_sets(self) -> list[str]:
        """Every data set that the page shows, its own first."""
        named = [self.data_set(item) for item in self.indicatori]
        return list(dict.fromkeys([*self.insiemi, *named]))


def load_measure(path: Path) -> Measure:
    """Return one measure from its file; raises SiteError, naming the entry to correct."""
    where = f"datasets/{path.parent.name}/{path.name}"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return Measure(slug=path.parent.name, **raw)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"«{where}» non è un file TOML leggibile: {error}") from None
    except ValidationError as error:
        lines = [f"«{where}» va corretto:"]
        for item in error.errors():
            place = ".".join(str(step) for step in item["loc"]) or "(file)"
            lines.append(f"  - {place}: {item['msg'].removeprefix('Value error, ')}")
        raise SiteError("\n".join(lines)) from None


@cache
def load_measures(folder: Path = DATASETS) -> tuple[Measure, ...]:
    """Return every declared measure, in the order in which pages list them.

    Raises SiteError where a measure takes columns that its data set does not have.
    """
    found = [load_measure(path) for path in sorted(folder.glob(f"*/{FILE}"))]
    contracts = {contract.slug: set(contract.names) for contract in load_contracts(folder)}
    for measure in found:
        for slug in measure.data_sets:
            if slug not in contracts:
                raise SiteError(f"La misura «{measure.slug}» cita «{slug}», che non ha contratto.")
        for item in measure.indicatori:
            slug = measure.data_set(item)
            asked = {item.numeratore, item.denominatore or ROWS, *item.dove, *item.dove_numeratore}
            asked |= set(item.confronto)
            lacking = sorted(asked - contracts[slug] - {ROWS})
            if lacking:
                raise SiteError(
                    f"La misura «{measure.slug}», indicatore «{item.id}»: «{slug}» non ha le "
                    f"colonne {', '.join(lacking)}."
                )
    return tuple(sorted(found, key=lambda measure: (measure.ordine, measure.slug)))
