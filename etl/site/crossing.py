"""Matching: what can be filled, across which borders, by which rule, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from etl.config import Config
from etl.contracts import TOTAL, WITHHELD, vocabulary
from etl.indicators.programmes import cross_province_gain
from etl.site.language import collation_key, number
from etl.site.maps import outline
from etl.site.page import Asset, Page
from etl.site.released import Province, Released, Row

TRAIL = (("incrocio/", "Incrocio"),)
# Shades of the matrices and of the map, from the lightest.
SHADES = 5
# Of the requirements and of the occupations, those that the page shows outright.
SHOWN = 10


def pages(config: Config, released: Released) -> Iterator[Page]:
    """Yield the region's page, the page on how it works and how to object, each province's."""
    summary = region_summary(released)
    yield Page(
        path="incrocio/index.html",
        template="incrocio",
        title="Incrocio",
        description=(
            "Quanti posti riservati si possono coprire con le persone iscritte, anche oltre il "
            "confine della provincia, e che cosa lo impedisce."
        ),
        context={
            "sintesi": summary,
            "confini": _borders(released),
            "mappa": _map(released),
            "copertura": _coverage(released),
            "flussi": _flows(released),
            "regimi": released.rows("incrocio-regimi"),
            "equita": _fairness(config, released),
            "nomi_regimi": [text.it for text in vocabulary("regime").values()],
            "ostacoli": _obstacles(released),
            "carenze": _shortages(released),
            "testi": _texts(released),
            "mostrati": SHOWN,
        },
    )
    yield Page(
        path="incrocio/come-funziona/index.html",
        template="incrocio_come_funziona",
        title="Incrocio: come funziona e come opporsi",
        description=(
            "La valutazione d’impatto sull’incrocio: che cosa fa il programma, che cosa non "
            "decide, come chiedere di restarne fuori."
        ),
        trail=TRAIL,
        context={
            "regole": {
                "regime": config.incrocio.regime,
                "pesi": list(config.incrocio.pesi.model_dump().items()),
            },
            "soglie": config.riservatezza,
        },
    )
    if summary is None:
        return
    for province in released.provinces:
        yield _province_page(released, province)


def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    """Yield no file."""
    yield from ()


def region_summary(released: Released) -> dict[str, Any] | None:
    """Return the region's posts, those filled inside provinces and across borders, and the gain.

    `dentro`, `guadagno` and `quota_guadagno`, its share of the posts (F14), are missing where a
    province's figure is withheld; None is returned where nothing was matched, or what matters is
    withheld.
    """
    best = {row["regime"]: row for row in released.rows("incrocio-regimi")}.get(
        "posti_poi_punteggio"
    )
    if best is None or best["posti_coperti"] is None:
        return None
    found: dict[str, Any] = {"posti": best["posti"], "coperti": best["posti_coperti"]}
    inside = [row["posti_coperti_dentro"] for row in released.rows("incrocio-confini")]
    if None not in inside:
        found["dentro"] = sum(inside)
        found["guadagno"] = found["coperti"] - found["dentro"]
        gain = cross_province_gain(found["coperti"], found["dentro"], found["posti"])
        found["quota_guadagno"] = gain.value
    return found


def _borders(released: Released) -> list[Row]:
    return [
        {**row, "provincia_sito": released.by_code[row["codice_provincia"]]}
        for row in _by_province(released, released.rows("incrocio-confini"))
    ]


def _by_province(released: Released, rows: list[Row]) -> list[Row]:
    place = {item.code: index for index, item in enumerate(released.provinces)}
    return sorted(rows, key=lambda row: place[row["codice_provincia"]])


def _map(released: Released) -> dict[str, Any]:
    """Return each province's outline with the share of its posts that can be filled at most."""
    drawing = outline(released.boundaries)
    rows = {row["codice_provincia"]: row for row in released.rows("incrocio-confini")}
    shapes = []
    for code, path, centre in zip(
        drawing["codici"], drawing["tracciati"], drawing["centri"], strict=True
    ):
        row = rows.get(code)
        most = row["posti_coperti_massimo"] if row else None
        share = None if row is None or most is None or not row["posti"] else most / row["posti"]
        shapes.append(
            {
                "tracciato": path,
                "centro": centre,
                "sigla": released.by_code[code].sigla if code in released.by_code else "",
                "quota": "ris." if share is None else f"{number(round(100 * share))}%",
                "tinta": None if share is None else _shade(share, 1.0),
            }
        )
    return {**drawing, "province": shapes}


def _shade(value: float, largest: float) -> int:
    """Return a shade from 0 to SHADES − 1."""
    return min(SHADES - 1, int(SHADES * value / largest)) if largest else 0


def _coverage(released: Released) -> dict[str, Any]:
    """Return the matrix of provinces by great group: posts that can be filled out of all."""
    rows = released.rows("incrocio-copertura")
    cells = {(row["codice_provincia"], row["gruppo_professionale"]): row for row in rows}
    codes = {row["gruppo_professionale"] for row in rows}
    groups = [(code, text.it) for code, text in vocabulary("gruppo_professionale").items()]
    shown = [group for group in groups if group[0] in codes]
    return {
        "gruppi": shown,
        "righe": [
            (
                province,
                [_coverage_cell(cells.get((province.code, code))) for code, _ in shown],
            )
            for province in released.provinces
        ],
        "nascosti": _withheld(rows, "posti_copribili_massimo"),
    }


def _coverage_cell(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    most = row["posti_copribili_massimo"]
    shade = None if most is None else _shade(most / row["posti"], 1.0)
    return {**row, "tinta": shade}


def _withheld(rows: list[Row], name: str) -> int:
    return sum(row[f"{name}_stato"] == WITHHELD for row in rows)


def _flows(released: Released) -> dict[str, Any]:
    """Return the matrix of flows between provinces, each cell with its range and shade."""
    rows = released.rows("incrocio-flussi")
    cells = {(row["provincia_residenza"], row["provincia_lavoro"]): row for row in rows}
    crossing = [
        row["abbinamenti_massimo"]
        for row in rows
        if row["provincia_residenza"] != row["provincia_lavoro"] and row["abbinamenti_massimo"]
    ]
    largest = max(crossing, default=0)

    def cell(home: Province, work: Province) -> dict[str, Any] | None:
        row = cells.get((home.code, work.code))
        if row is None:
            return None
        most = row["abbinamenti_massimo"]
        away = home.code != work.code
        return {
            **row,
            "tinta": _shade(most, largest) if away and most else None,
            "testo": flow_text(row),
        }

    return {
        "province": released.provinces,
        "righe": [
            (home, [cell(home, work) for work in released.provinces]) for home in released.provinces
        ]
        if rows
        else [],
        "nascosti": _withheld(rows, "abbinamenti_massimo"),
    }


def flow_text(row: Row) -> str | None:
    """Return a range as people write it: «47», or «99–100»; None where it is withheld."""
    low, high = row["abbinamenti_minimo"], row["abbinamenti_massimo"]
    if high is None:
        return None
    return number(high) if low == high else f"{number(low)}–{number(high)}"


def _fairness(config: Config, released: Released) -> list[dict[str, Any]]:
    """Return, for each dimension, its groups with their people and the share served by each rule.

    A share is given only where the group is large enough, and never above one: both numbers
    are perturbed.
    """
    rows = released.rows("incrocio-equita")
    counts = {(row["esito"], row["dimensione"], row["gruppo"]): row["persone"] for row in rows}
    regimes = list(vocabulary("regime"))
    least = config.riservatezza.minimo_tassi
    found = []
    for dimension, title in vocabulary("dimensione_equita").items():
        groups = sorted(
            {row["gruppo"] for row in rows if row["dimensione"] == dimension},
            key=_group_order(released, dimension),
        )
        lines = []
        for group in groups:
            people = counts.get(("disponibili", dimension, group))
            shares = [
                _share(counts.get((regime, dimension, group), 0), people, least)
                for regime in regimes
            ]
            lines.append((_group_name(released, dimension, group), people, shares))
        if lines:
            found.append({"codice": dimension, "titolo": title.it, "righe": lines})
    return found


def _share(served: int | None, people: int | None, least: int) -> str | None:
    if served is None or people is None or people < least:
        return None
    return f"{number(round(100 * min(1.0, served / people)))}%"


def _group_order(released: Released, dimension: str) -> Callable[[str], tuple[int, str]]:
    place = {item.code: index for index, item in enumerate(released.provinces)}
    kinds = {code: index for index, code in enumerate(vocabulary("gruppi_disabilita"))}

    def order(group: str) -> tuple[int, str]:
        match dimension:
            case "provincia":
                return place.get(group, len(place)), group
            case "gruppo_disabilita":
                return kinds.get(group, len(kinds)), group
            case _:
                return int(group), group

    return order


def _group_name(released: Released, dimension: str, group: str) -> str:
    match dimension:
        case "graduatoria":
            return {"1": "primo decimo", "10": "ultimo decimo"}.get(group, f"{group}° decimo")
        case "fascia_aiuto":
            return f"fascia {group}"
        case "provincia":
            return released.by_code[group].name if group in released.by_code else group
        case _:
            text = vocabulary("gruppi_disabilita").get(group)
            return text.it if text else "altre categorie protette (art. 18)"


def _obstacles(released: Released) -> list[Row]:
    """Return the requirements, those that cost most posts first, withheld ones last."""
    names = vocabulary("requisito")
    return sorted(
        ({**row, "nome": names[row["requisito"]].it} for row in released.rows("incrocio-ostacoli")),
        key=lambda row: (
            row["posti_in_piu"] is None,
            -(row["posti_in_piu"] or 0),
            -(row["coppie_in_piu"] or 0),
            collation_key(row["nome"]),
        ),
    )


def _shortages(released: Released) -> list[Row]:
    return sorted(
        released.rows("incrocio-carenze"),
        key=lambda row: (
            row["posti_mancanti"] is None,
            -(row["posti_mancanti"] or 0),
            row["sottogruppo_professionale"],
        ),
    )


def _texts(released: Released) -> dict[str, int]:
    rows = released.rows("incrocio-testi")
    names = ("offerte", "frasi", "frasi_non_comprese", "offerte_con_frasi_non_comprese")
    return {name: sum(row[name] for row in rows) for name in names}


def _province_page(released: Released, province: Province) -> Page:
    own = [
        row
        for row in released.rows("incrocio-copertura")
        if row["codice_provincia"] == province.code
    ]
    borders = {row["codice_provincia"]: row for row in released.rows("incrocio-confini")}
    flows = released.rows("incrocio-flussi")
    texts = {row["codice_provincia"]: row for row in released.rows("incrocio-testi")}
    return Page(
        path=f"incrocio/{province.slug}/index.html",
        template="incrocio_provincia",
        title=f"Incrocio: {province.name}",
        description=(
            f"Quanti posti della provincia ({province.name}) si possono coprire, con chi vive qui "
            "e con chi vive vicino."
        ),
        trail=TRAIL,
        context={
            "provincia": province,
            "confine": borders.get(province.code),
            "copertura": own,
            "escono": _neighbours(released, flows, "provincia_residenza", province),
            "entrano": _neighbours(released, flows, "provincia_lavoro", province),
            "testi": texts.get(province.code),
            "residenti": residents(released, province),
        },
    )


def residents(released: Released, province: Province) -> list[tuple[str, list[Row]]]:
    """Return a province's counts of enrolled people, territory by territory, whatever their kind.

    Each item is one block of rows with what its first row is: the province, then each ambito with
    its comuni by name and the rest last, then what stands in no ambito. An ambito without comuni
    of its own is one row: its rest counts the same people.
    """
    blocks: dict[str, list[Row]] = {}
    for row in released.rows("iscritti-comuni"):
        if row["codice_provincia"] == province.code and row["gruppo_disabilita"] == TOTAL:
            whole = row["livello_territorio"] == "provincia"
            blocks.setdefault("" if whole else row["codice_ambito"] or "~", []).append(row)
    found = []
    for _, rows in sorted(blocks.items()):
        rows.sort(key=_inwards)
        if [row["livello_territorio"] for row in rows] == ["ambito", "altri_comuni"]:
            rows.pop()
        found.append((rows[0]["livello_territorio"], rows))
    return found


def _inwards(row: Row) -> tuple[int, Any, str]:
    place = ("provincia", "ambito", "comune", "altri_comuni").index(row["livello_territorio"])
    return place, collation_key(row["territorio"]), row["codice_territorio"]


def _neighbours(
    released: Released, flows: list[Row], side: str, province: Province
) -> list[tuple[Province, Row, str | None]]:
    """Return the other provinces with whom there may be pairs, those with most people first."""
    other = "provincia_lavoro" if side == "provincia_residenza" else "provincia_residenza"
    rows = [
        row
        for row in flows
        if row[side] == province.code and row[other] != province.code and row["persone_adatte"] != 0
    ]
    rows.sort(key=lambda row: (row["persone_adatte"] is None, -(row["persone_adatte"] or 0)))
    return [(released.by_code[row[other]], row, flow_text(row)) for row in rows]
