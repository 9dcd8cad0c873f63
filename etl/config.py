"""`portale.toml`: the one file that a Region changes."""

from __future__ import annotations

import math
import os
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """`portale.toml` cannot be used; the text says which key and what to write."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Publisher(_Section):
    """Who publishes: the body's name, its IPA code and where to write to it."""

    nome: str
    codice_ipa: str
    email: str
    sito: str


class Portal(_Section):
    """The region: its name, ISTAT codes, and the address at which the site will stand."""

    nome: str
    regione: str
    codice_regione: str = Field(pattern=r"^\d{2}$")
    province: list[Annotated[str, Field(pattern=r"^\d{3}$")]]
    url_base: str
    titolare: Publisher
    anno_geografia: int


class Perturbation(_Section):
    """How counts of persons are changed: at most by `massimo`, with this variance, never to
    between 1 and `piccoli`. Weaker settings were broken by least squares: they are refused.
    """

    massimo: int = Field(default=5, ge=5, le=20)
    varianza: float = Field(default=3.0, ge=3, le=30)
    piccoli: int = Field(default=4, ge=4)

    @model_validator(mode="after")
    def _possible(self) -> Perturbation:
        if self.piccoli > self.massimo:
            raise ValueError("«piccoli» non può superare «massimo»")
        return self

    @property
    def deviazione_standard(self) -> float:
        """The standard deviation of the change, to one decimal."""
        return round(math.sqrt(self.varianza), 1)


class Disclosure(_Section):
    """Thresholds under which a figure is not shown (persons, companies, rates).

    A sum is not shown where one contributor makes more than the share `dominanza` of it, or where
    one can tell another's part within `p_percento` per cent.
    `popolazione_minima_comuni`: a comune with fewer inhabitants is not shown by itself in the
    detailed counts of persons, but with the others of its province. `quota_minima_periodo`: yearly
    exact tables pass to a new period when this share of employers speaks of it.
    """

    soglia_persone: int = Field(ge=3)
    soglia_persone_dettaglio: int = Field(ge=3)
    soglia_imprese: int = Field(ge=3)
    minimo_tassi: int = Field(ge=20)
    quota_massima_nascosta: float = Field(gt=0, le=1)
    dominanza: float = Field(default=0.7, ge=0.5, lt=1)
    p_percento: float = Field(default=15.0, ge=5, le=100)
    popolazione_minima_comuni: int = Field(default=15_000, ge=0)
    quota_minima_periodo: float = Field(default=0.9, ge=0.5, le=1)
    perturbazione: Perturbation = Perturbation()


class Source(_Section):
    """One supplier's delivery: where it is, in what format, under which contract.

    `colonne` maps our field to the supplier's column header; `valori` maps, for a field, the
    supplier's words to ours; `elenchi` says which separator splits a cell of many values.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    fornitore: str
    contratto: str
    formato: Literal["pid-xml", "cliclavoro-xml", "csv", "xlsx", "ods", "socrata", "ckan"]
    frequenza: Literal["annuale", "semestrale", "trimestrale", "mensile", "occasionale"]
    percorso: str | None = None
    url: str | None = None
    sintetica: bool = False
    provincia: str | None = Field(default=None, pattern=r"^\d{3}$")
    pagina_ufficiale: str | None = None
    codifica: str | None = None
    separatore: str | None = None
    foglio: str | None = None
    riga_intestazione: int = 1
    righe_intestazione: int = 1
    colonne: dict[str, str] = Field(default_factory=dict)
    valori: dict[str, dict[str, str]] = Field(default_factory=dict)
    elenchi: dict[str, str] = Field(default_factory=dict)
    dichiarati: dict[str, str] = Field(default_factory=dict)
    obbligatoria: bool = True
    righe_rifiutate_massime: float = Field(default=0.2, ge=0, le=1)

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.percorso is None) == (self.url is None):
            raise ValueError("scrivere «percorso» oppure «url», uno solo dei due")
        return self


class MatchingWeights(_Section):
    """How much each component of the score counts, in hundredths."""

    professione: int = Field(default=35, ge=0)
    capacita: int = Field(default=20, ge=0)
    vicinanza: int = Field(default=20, ge=0)
    orario: int = Field(default=5, ge=0)
    sostegno: int = Field(default=10, ge=0)
    preferenza: int = Field(default=5, ge=0)
    formazione: int = Field(default=5, ge=0)

    @model_validator(mode="after")
    def _whole(self) -> MatchingWeights:
        total = sum(self.model_dump().values())
        if total != 100:
            raise ValueError(f"la somma dei pesi deve essere 100, è {total}")
        return self


class Ranking(_Section):
    """The points of the regional ranking (graduatoria), and whether residents come first."""

    punti_mese_iscrizione: int = Field(default=1, ge=0)
    punti_fascia: list[Annotated[int, Field(ge=0)]] = Field(
        default=[0, 6, 12, 24], min_length=4, max_length=4
    )
    prima_chi_risiede_in_provincia: bool = True


class Travel(_Section):
    """How far one goes in an hour, in kilometres as the crow flies, by each means."""

    km_ora_mezzi_pubblici: int = Field(default=20, ge=1, le=100)
    km_ora_mezzo_proprio: int = Field(default=35, ge=1, le=100)


class Recipient(_Section):
    """Who receives an encrypted list: a province's office or an operator, and their public key."""

    ufficio: str | None = Field(default=None, pattern=r"^\d{3}$")
    operatore: str | None = Field(default=None, min_length=1)
    chiave: str = Field(pattern=r"^age1[02-9ac-hj-np-z]{58}$")

    @model_validator(mode="after")
    def _one_recipient(self) -> Recipient:
        if (self.ufficio is None) == (self.operatore is None):
            raise ValueError("scrivere «ufficio» oppure «operatore», uno solo dei due")
        return self

    @property
    def name(self) -> str:
        """The recipient in one word, for a file's name."""
        if self.ufficio is not None:
            return f"ufficio-{self.ufficio}"
        return "operatore-" + re.sub(r"[^a-z0-9]+", "-", str(self.operatore).lower()).strip("-")


class Matching(_Section):
    """How people and vacancies are matched.

    `cifre_professione`: how many digits the occupation sought and the one offered must share;
    `gradi_tollerati`: by how many degrees a stated capacity may fall short (the post is adapted).
    `destinatari` get the explained lists, encrypted; without them nothing is written.
    """

    regime: Literal[
        "massimo_punteggio", "posti_poi_punteggio", "graduatoria", "graduatoria_poi_punteggio"
    ] = "posti_poi_punteggio"
    cifre_professione: int = Field(default=3, ge=2, le=5)
    gradi_tollerati: int = Field(default=1, ge=0, le=2)
    pesi: MatchingWeights = MatchingWeights()
    graduatoria: Ranking = Ranking()
    viaggio: Travel = Travel()
    destinatari: list[Recipient] = Field(default_factory=list)

    @model_validator(mode="after")
    def _distinct_recipients(self) -> Matching:
        names = [one.name for one in self.destinatari]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"il destinatario «{name}» è scritto due volte")
        return self


class Publication(_Section):
    """How far a release may be from the one before without a person accepting it (shares)."""

    righe_in_meno_massime: float = Field(default=0.2, ge=0, le=1)
    righe_in_piu_massime: float = Field(default=1.0, gt=0)
    ricambio_massimo: float = Field(default=0.5, ge=0, le=1)
    vuoti_in_piu_massimi: float = Field(default=0.2, ge=0, le=1)
    riservati_in_piu_massimi: float = Field(default=0.15, ge=0, le=1)
    variazione_massima: float = Field(default=0.5, gt=0)


class Config(_Section):
    """Everything that `portale.toml` says, checked."""

    portale: Portal
    riservatezza: Disclosure
    incrocio: Matching = Matching()
    pubblicazione: Publication = Publication()
    fonti: list[Source]

    @model_validator(mode="after")
    def _distinct_sources(self) -> Config:
        seen: set[str] = set()
        for source in self.fonti:
            if source.id in seen:
                raise ValueError(f"la fonte «{source.id}» è scritta due volte: cambiare un «id»")
            seen.add(source.id)
        return self

    @cached_property
    def is_demo(self) -> bool:
        """Whether any source is generated: then every page and file says so."""
        return any(source.sintetica for source in self.fonti)

    def source(self, source_id: str) -> Source:
        """Return one source by its id; raises KeyError where there is none."""
        for source in self.fonti:
            if source.id == source_id:
                return source
        raise KeyError(source_id)


def config_path() -> Path:
    """Return the configuration file in force: `MIRATO_CONFIG`, else the project's own."""
    named = os.environ.get("MIRATO_CONFIG")
    return Path(named) if named else ROOT / "portale.toml"


def load_config(path: Path | None = None) -> Config:
    """Return the configuration read from `path`; raises ConfigError, in Italian, naming the key."""
    path = path or config_path()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"Il file di configurazione «{path.name}» non c'è. "
            "Copiare portale.toml dal progetto o indicarne un altro con MIRATO_CONFIG."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"«{path.name}» non è un file TOML leggibile: {error}") from None
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        lines = [f"«{path.name}» va corretto in {error.error_count()} punti:"]
        for item in error.errors():
            place = ".".join(str(step) for step in item["loc"]) or "(file)"
            lines.append(f"  - {place}: {_in_italian(item['type'], item['msg'])}")
        raise ConfigError("\n".join(lines)) from None


def _in_italian(kind: str, message: str) -> str:
    known = {
        "missing": "manca: aggiungere la voce",
        "extra_forbidden": "voce sconosciuta: controllare come è scritta, o toglierla",
        "string_type": "deve essere un testo tra virgolette",
        "int_type": "deve essere un numero intero",
        "list_type": "deve essere un elenco tra parentesi quadre",
        "bool_type": "deve essere true o false",
        "string_pattern_mismatch": "non ha la forma richiesta",
        "literal_error": "valore non previsto",
        "greater_than_equal": "il valore è troppo basso",
    }
    text = known.get(kind)
    detail = message.removeprefix("Value error, ")
    return f"{text} ({detail})" if text else detail
