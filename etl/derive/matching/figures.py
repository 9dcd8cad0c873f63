"""What matching says about a region, as tables: everything still restricted.

Every figure is canonical: the same for every optimum and every order of the rows, or a range
whose two ends some optimum reaches. Columns that begin with «_» count the people behind a row;
the disclosure policy of a data set decides with them what may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from etl.derive.matching.cardinality import most_posts
from etl.derive.matching.encode import Int
from etl.derive.matching.obstacles import lifted_requirements
from etl.derive.matching.ranges import choice, spread
from etl.derive.matching.regimes import Assignment, Market
from etl.derive.matching.scoring import Scoring
from etl.derive.matching.shortages import filled_posts, within

GREAT_GROUPS = 10
DECILES = 10
_GREAT_GROUP = 10_000


def coverage(market: Market) -> pd.DataFrame:
    """Return how far the posts of each province and great group of occupations can be filled.

    Columns: codice_provincia, gruppo_professionale, posti, posti_con_candidati (posts of lots that
    somebody fits), posti_copribili_minimo and _massimo (filled in every, in some, filling of most
    posts), persone (who fit some post of the row), _persone (the same).
    """
    graph, lots = market.graph, market.lots
    province = market.places.province[lots.place]
    group = province * GREAT_GROUPS + lots.occupation // _GREAT_GROUP
    cells = len(market.places.provinces) * GREAT_GROUPS
    match = most_posts(graph)
    least, most = filled_posts(graph, match, group, cells)
    reached = np.diff(graph.lot_start) > 0
    people = _distinct(graph.sources(), group[graph.lot], cells)
    frame = pd.DataFrame(
        {
            "codice_provincia": np.repeat(market.places.provinces, GREAT_GROUPS),
            "gruppo_professionale": np.tile(
                [str(one) for one in range(GREAT_GROUPS)], len(market.places.provinces)
            ),
            "posti": np.bincount(group, lots.posts, cells).astype(np.int64),
            "posti_con_candidati": np.bincount(group[reached], lots.posts[reached], cells).astype(
                np.int64
            ),
            "posti_copribili_minimo": least,
            "posti_copribili_massimo": most,
            "persone": people,
            "_persone": people,
        }
    )
    return _typed(frame[frame["posti"] > 0])


def frontiers(market: Market) -> pd.DataFrame:
    """Return what crossing provinces' borders gains, by the posts' province.

    Columns: codice_provincia, posti, persone (available residents), posti_coperti_dentro (most
    posts filled by residents alone), posti_coperti_minimo and _massimo (in every, in some, filling
    of most posts of the region), _persone. The last row (empty code) is the region: there the two
    ends are equal, and the difference from the posts filled inside is the gain (F14).
    """
    graph, places = market.graph, market.places
    provinces = len(places.provinces)
    home = places.province[market.people.place]
    seat = places.province[market.lots.place]
    inside = most_posts(within(graph, home, seat))
    filled = np.bincount(seat[inside[inside >= 0]], minlength=provinces)
    match = most_posts(graph)
    least, most = filled_posts(graph, match, seat, provinces)
    total = int((match >= 0).sum())
    posts = np.bincount(seat, market.lots.posts, provinces).astype(np.int64)
    people = np.bincount(home, minlength=provinces)
    rows = [*places.provinces, ""]
    return _typed(
        pd.DataFrame(
            {
                "codice_provincia": pd.array([one or None for one in rows], dtype="str"),
                "posti": [*posts, posts.sum()],
                "persone": [*people, people.sum()],
                "posti_coperti_dentro": [*filled, filled.sum()],
                "posti_coperti_minimo": [*least, total],
                "posti_coperti_massimo": [*most, total],
                "_persone": [*people, people.sum()],
            }
        )
    )


def flows(market: Market, assignment: Assignment) -> pd.DataFrame:
    """Return how many people of each province get a post in each, over all optima of a regime.

    Optima are those of posts and score, whatever breaks ties. Columns: provincia_residenza,
    provincia_lavoro, persone (who fit some post there), abbinamenti_minimo, abbinamenti_massimo,
    _persone, _abbinate. For «graduatoria» the stable matching is one, and the two ends are equal.
    """
    graph, places = market.graph, market.places
    provinces = len(places.provinces)
    sources = graph.sources()
    label = (
        places.province[market.people.place[sources]].astype(np.int64) * provinces
        + places.province[market.lots.place[graph.lot]]
    )
    cells = provinces * provinces
    if assignment.settled is None:
        low = high = np.bincount(label[assignment.edge[assignment.edge >= 0]], minlength=cells)
    else:
        face = assignment.settled.face("punteggio")
        low, high = spread(choice(face, assignment.edge), label, cells)
    people = _distinct(sources, label, cells)
    frame = pd.DataFrame(
        {
            "provincia_residenza": np.repeat(places.provinces, provinces),
            "provincia_lavoro": np.tile(places.provinces, provinces),
            "persone": people,
            "abbinamenti_minimo": low,
            "abbinamenti_massimo": high,
            "_persone": people,
            "_abbinate": high,
        }
    )
    return _typed(frame)


def comparison(market: Market, assignments: Sequence[Assignment]) -> pd.DataFrame:
    """Return one row a regime: posts filled, mean score, people who go to another province.

    Columns: regime, posti, posti_coperti, punteggio_medio (0–100, one decimal),
    fuori_provincia_minimo and _massimo (over all optima of posts and score), _persone.
    """
    crosses = np.where(market.crosses, 0, -1)
    rows = []
    for one in assignments:
        pairs = one.edge[one.edge >= 0]
        if one.settled is None:
            low = high = int(market.crosses[pairs].sum())
        else:
            found = choice(one.settled.face("punteggio"), one.edge)
            low, high = (int(end[0]) for end in spread(found, crosses, 1))
        total = int(market.score[pairs].sum())
        # tenths of a hundredth of the score, rounded half up, without fractions
        mean = (total + 5 * len(pairs)) // (10 * len(pairs)) / 10 if len(pairs) else 0.0
        rows.append(
            {
                "regime": one.regime,
                "posti": int(market.lots.posts.sum()),
                "posti_coperti": len(pairs),
                "punteggio_medio": mean,
                "fuori_provincia_minimo": low,
                "fuori_provincia_massimo": high,
                "_persone": len(pairs),
            }
        )
    return _typed(pd.DataFrame(rows))


def fairness(
    market: Market, assignments: Sequence[Assignment], groups: Sequence[str]
) -> pd.DataFrame:
    """Return who gets a post under each regime, by place in the ranking, band, group and province.

    Columns: regime, dimensione (graduatoria, fascia_aiuto, gruppo_disabilita, provincia), voce,
    persone, abbinate, _persone, _abbinate. Deciles of the ranking are numbered from 1 (first).
    Counted on the one assignment that the regime's tie-break picks.
    """
    people = market.people
    province = market.places.province[people.place]
    dimensions: list[tuple[str, Int, list[str]]] = [
        (
            "graduatoria",
            (market.rank - 1) * DECILES // max(1, len(people)),
            [str(decile + 1) for decile in range(DECILES)],
        ),
        ("fascia_aiuto", people.support.astype(np.int64) - 1, ["1", "2", "3", "4"]),
        (
            "gruppo_disabilita",
            np.where(people.group < 0, len(groups), people.group),
            [*groups, "categorie_protette"],
        ),
        ("provincia", province, list(market.places.provinces)),
    ]
    parts = []
    for one in assignments:
        served = one.edge >= 0
        for name, value, words in dimensions:
            every = np.bincount(value, minlength=len(words))
            matched = np.bincount(value[served], minlength=len(words))
            parts.append(
                pd.DataFrame(
                    {
                        "regime": one.regime,
                        "dimensione": name,
                        "voce": words,
                        "persone": every,
                        "abbinate": matched,
                        "_persone": every,
                        "_abbinate": matched,
                    }
                )
            )
    return _typed(pd.concat(parts, ignore_index=True))


def obstacles(market: Market, rules: Scoring) -> pd.DataFrame:
    """Return what the region would gain if one requirement, and only one, were lifted.

    Columns: requisito, posti_in_piu (filled in addition), coppie_in_piu (pairs made possible),
    persone (in those pairs), _persone. Most posts first.
    """
    match = most_posts(market.graph)
    found = lifted_requirements(
        market.places, market.people, market.lots, rules, market.graph, match
    )
    return _typed(
        pd.DataFrame(
            {
                "requisito": [one.requirement for one in found],
                "posti_in_piu": [one.posts for one in found],
                "coppie_in_piu": [one.pairs for one in found],
                "persone": [one.people for one in found],
                "_persone": [one.people for one in found],
            }
        )
    )


def followed(market: Market, operators: Sequence[str]) -> pd.DataFrame:
    """Return, for each operator, province and great group, the posts that fit whom they follow.

    Columns: codice_operatore, codice_provincia (of the posts), gruppo_professionale, posti (of the
    lots that somebody followed fits), offerte (those lots), persone (followed, who fit some),
    _persone.
    """
    graph, lots = market.graph, market.lots
    sources = graph.sources()
    who = market.people.operator[sources].astype(np.int64)
    known = who >= 0
    province = market.places.province[lots.place].astype(np.int64)
    cell = (
        who * len(market.places.provinces) + province[graph.lot]
    ) * GREAT_GROUPS + lots.occupation[graph.lot] // _GREAT_GROUP
    pairs = pd.DataFrame({"cell": cell, "lot": graph.lot, "person": sources})[known]
    offers = pairs.drop_duplicates(["cell", "lot"])
    posts = pd.Series(lots.posts[offers["lot"]], index=offers.index).groupby(offers["cell"]).sum()
    cells = posts.index.to_numpy()
    people = pairs.drop_duplicates(["cell", "person"]).groupby("cell").size()
    where = cells // GREAT_GROUPS
    frame = pd.DataFrame(
        {
            "codice_operatore": [operators[one] for one in where // len(market.places.provinces)],
            "codice_provincia": [
                market.places.provinces[one] for one in where % len(market.places.provinces)
            ],
            "gruppo_professionale": [str(one) for one in cells % GREAT_GROUPS],
            "posti": posts.to_numpy(),
            "offerte": offers.groupby("cell").size().to_numpy(),
            "persone": people.to_numpy(),
            "_persone": people.to_numpy(),
        }
    )
    return _typed(frame)


def _distinct(who: Int, label: Int, labels: int) -> Int:
    """Return how many different people stand behind each label of their pairs."""
    pairs = np.unique(label.astype(np.int64) * (int(who.max(initial=0)) + 1) + who)
    return np.bincount(pairs // (int(who.max(initial=0)) + 1), minlength=labels)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    kinds: dict[str, str] = {}
    for name, column in frame.items():
        if pd.api.types.is_integer_dtype(column.dtype):
            kinds[str(name)] = "Int64"
        elif pd.api.types.is_float_dtype(column.dtype):
            kinds[str(name)] = "Float64"
        else:
            kinds[str(name)] = "str"
    return frame.astype(kinds).reset_index(drop=True)
