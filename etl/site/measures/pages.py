"""The monitoring's index, its method, and a page for each measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from etl.config import Config
from etl.contracts import NOT_COLLECTED, PUBLISHED, vocabulary
from etl.indicators import formulas
from etl.site.charts import Chart, shown
from etl.site.measures.declaration import Indicator, Measure, load_measures
from etl.site.measures.drawing import ACTIONS, draw, own_rows
from etl.site.measures.figures import Figure, series
from etl.site.measures.opening import Opening, opening
from etl.site.page import Asset, Page
from etl.site.released import Released, Row

TRAIL = (("monitoraggio/", "Monitoraggio"),)
COMMITMENTS = "impegni"

# What the programme's own words say of each pillar.
PILLARS = {
    "governance": (
        "Una svolta per l’accessibilità delle informazioni e all’incontro domanda-offerta"
    ),
    "dote_art14": "Affiancamento nella ripresa e spinta più forte alle assunzioni",
    "fragilita": "Nuovi strumenti per le disabilità dello spettro autistico",
    "valorizzazione": "Messa a regime delle sperimentazioni e proposte di verifica normativa",
}


@dataclass(frozen=True)
class Reading:
    """One indicator with its figures, as the page shows it.

    `reference` is the day that the rows refer to, where they have no period.
    """

    indicator: Indicator
    slug: str
    figures: list[Figure]
    reference: date | None = None

    @property
    def last(self) -> Figure | None:
        """The figure of the latest period."""
        return self.figures[-1] if self.figures else None

    @property
    def value(self) -> str:
        """The latest figure in words, or the word that stands in its place."""
        last = self.last
        if last is None:
            return "non rilevato"
        if last.state != PUBLISHED:
            return "riservato" if last.state == "riservato" else "non rilevato"
        text = shown(last.value, self.indicator.unit)
        return f"+{text}" if self.indicator.signed and (last.value or 0) > 0 else text

    def interval(self) -> str | None:
        """The latest figure's 95 % interval in words, where it has one."""
        last = self.last
        if last is None or last.low is None:
            return None
        name = self.indicator.unit
        return f"da {shown(last.low, name)} a {shown(last.high, name)}"


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield the index by pillar, the page on method, then one page for each measure."""
    measures = load_measures()
    own = [measure for measure in measures if measure.pagina is None]
    openings = {measure.slug: opening_of(measure, released) for measure in own}
    yield Page(
        path="monitoraggio/index.html",
        template="monitoraggio",
        title="Monitoraggio",
        description="Che cosa i programmi hanno promesso, e dove si vede se è stato fatto.",
        context={"pilastri": _pillars(measures, released, openings)},
    )
    yield Page(
        path="monitoraggio/metodo/index.html",
        template="metodo",
        title="Come si misura",
        description="Le formule degli indicatori, con unità e fonte.",
        trail=TRAIL,
        context={"formule": list(formulas().values()), "usi": _uses(measures)},
    )
    for measure in own:
        yield _page(measure, released, openings[measure.slug])


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield each chart's figures as CSV, beside its page, and every indicator in one file."""
    for measure in load_measures():
        if measure.pagina is None:
            for chart in charts(measure, released):
                yield Asset(f"{measure.address}{chart.name}.csv", text=chart.csv)


def readings(measure: Measure, released: Released) -> list[Reading]:
    """Return the measure's indicators with their figures, in the order declared."""
    return [
        Reading(
            item,
            measure.data_set(item),
            series(item, own_rows(measure, released, measure.data_set(item))),
            released.datasets[measure.data_set(item)].reference_date,
        )
        for item in measure.indicatori
    ]


def charts(measure: Measure, released: Released) -> list[Chart]:
    """Return the measure's charts, without those for which there is no figure."""
    found = (draw(measure, drawing, released) for drawing in measure.grafici)
    return [chart for chart in found if chart is not None]


def opening_of(measure: Measure, released: Released) -> Opening:
    """Return the first sentence of the measure's page, from its first indicator."""
    first = readings(measure, released)[0]
    return opening(first.indicator, first.figures, measure.ignoto or "")


def commitments(measure: Measure, released: Released) -> list[Row]:
    """Return what the documents promise on this measure, in the order of their ids.

    `dove` is the address that answers, from the site's root, and `stato` what stands there.
    """
    own = [row for row in released.rows(COMMITMENTS) if row["misura"] == measure.slug]
    return [
        {**row, "dove": answer(measure, row["risposta"]), "stato": _kept(measure, row, released)}
        for row in own
    ]


def answer(measure: Measure, place: str) -> str:
    """Return where a commitment is answered: a place in the measure's own page, or an address."""
    return f"{measure.address}{place}" if place.startswith("#") else place


def _page(measure: Measure, released: Released, said: Opening) -> Page:
    wanted = set(measure.cifre)
    found = commitments(measure, released)
    return Page(
        path=f"{measure.address}index.html",
        template="misura",
        title=measure.titolo,
        description=measure.sommario,
        trail=TRAIL,
        context={
            "misura": measure,
            "apertura": said,
            "letture": readings(measure, released),
            "formule": formulas(),
            "grafici_misura": _grouped(measure, charts(measure, released)),
            "impegni": found,
            "documenti": list(dict.fromkeys(row["documento"] for row in found)),
            "insiemi": [released.datasets[slug] for slug in measure.data_sets],
            "stati": _states(own_rows(measure, released, ACTIONS)),
            "cifre": [
                row for row in released.rows("cifre-pubblicate") if row["id_cifra"] in wanted
            ],
            "dimostrativa": any(
                row["sintetico"]
                for slug in measure.data_sets
                for row in own_rows(measure, released, slug)
            ),
        },
    )


def _grouped(measure: Measure, found: list[Chart]) -> list[dict[str, Any]]:
    """Return the charts under the headings that the measure gives them, in the order declared."""
    headings = {drawing.id: drawing.gruppo for drawing in measure.grafici}
    groups: list[dict[str, Any]] = []
    for name, own in groupby(found, key=lambda chart: headings[chart.name]):
        groups.append({"nome": name, "id": f"gruppo-{len(groups) + 1}", "grafici": list(own)})
    return groups


def _states(rows: list[Row]) -> list[tuple[str, int]]:
    counted = Counter(row["stato_azione"] for row in rows)
    return [
        (text.it, counted[code])
        for code, text in vocabulary("stato_azione").items()
        if counted[code]
    ]


def _pillars(
    measures: tuple[Measure, ...], released: Released, openings: dict[str, Opening]
) -> list[dict[str, Any]]:
    found = []
    for code, name in vocabulary("pilastro").items():
        promised = [
            {**row, "pagina": measure}
            for measure in measures
            for row in commitments(measure, released)
            if row["pilastro"] == code
        ]
        slugs = {row["misura"] for row in promised}
        actions = [row for row in released.rows(ACTIONS) if row["misura"] in slugs]
        found.append(
            {
                "codice": code,
                "nome": name.it,
                "motto": PILLARS.get(code, ""),
                "misure": [
                    {"misura": measure, "apertura": openings.get(measure.slug)}
                    for measure in measures
                    if code in measure.pilastri
                ],
                "impegni": sorted(promised, key=lambda row: str(row["id_impegno"])),
                "stati": _states(actions),
                "azioni": len(actions),
                "inventate": sum(bool(row["sintetico"]) for row in actions),
            }
        )
    return found


WAITING, INVENTED, MEASURED = "in attesa di dati", "misurato su dati dimostrativi", "misurato"


def _kept(measure: Measure, promise: Row, released: Released) -> str:
    """Say what stands where a commitment is answered: real figures, invented ones, or none yet."""
    place = promise["risposta"].removeprefix("#")
    for reading in readings(measure, released):
        if reading.indicator.id == place:
            last = reading.last
            if last is None or last.state == NOT_COLLECTED:
                return WAITING
            return INVENTED if last.synthetic else MEASURED
    for drawing in measure.grafici:
        if drawing.id == place:
            chart = draw(measure, drawing, released)
            if chart is None or chart.empty:
                return WAITING
            return INVENTED if chart.synthetic else MEASURED
    rows = own_rows(measure, released, promise["insieme_dati"])
    if not rows:
        return WAITING
    return INVENTED if any(row["sintetico"] for row in rows) else MEASURED


def _uses(measures: Iterable[Measure]) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {}
    for measure in measures:
        for code in measure.cited:
            found.setdefault(code, []).append(measure)
    return found
