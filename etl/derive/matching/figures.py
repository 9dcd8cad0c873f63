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
from etl.derive.matching.obstacles import having, lifted_requirements
from etl.derive.matching.ranges import choice, spread
from etl.derive.matching.regimes import Assignment, Market
from etl.derive.matching.scoring import Scoring
from etl.derive.matching.shortages import filled_posts, within

GREAT_GROUPS = 10
DECILES = 10
_GREAT_GROUP = 10_000
_TWO_DIGITS = 1_000


def coverage(market: Market) -> pd.DataFrame:
    """Return how far the posts of each province and great group of occupations can be filled.

    Columns: codice_provincia, gruppo_professionale, posti, posti_con_candidati (posts of lots that
    somebody fits), posti_copribili_minimo and _massimo (filled in every, in some, filling of most
    posts), posti_mancanti (empty in every filling, for want of people wherever they live),
    persone_adatte (who fit some post of the row), _persone (the same).
    """
    graph, lots = market.graph, market.lots
    province = market.places.province[lots.place]
    group = province * GREAT_GROUPS + lots.occupation // _GREAT_GROUP
    cells = len(market.places.provinces) * GREAT_GROUPS
    least, most = filled_posts(graph, market.filling, group, cells)
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
            "posti_mancanti": np.bincount(group, lots.posts, cells).astype(np.int64) - most,
            "persone_adatte": people,
            "_persone": people,
        }
    )
    return _typed(frame[frame["posti"] > 0])


def shortages(market: Market) -> pd.DataFrame:
    """Return the exact shortage of people by group of occupations (two digits), region-wide.

    Posts that stay empty in every filling of most posts: by the Dulmage–Mendelsohn theorem the
    greatest excess of posts over the people who fit them, among all sets of lots of the group.
    Columns: sottogruppo_professionale, posti, posti_mancanti, persone_adatte, _persone.
    """
    graph, lots = market.graph, market.lots
    codes, group = np.unique(lots.occupation // _TWO_DIGITS, return_inverse=True)
    cells = len(codes)
    _, most = filled_posts(graph, market.filling, group, cells)
    people = _distinct(graph.sources(), group[graph.lot], cells)
    posts = np.bincount(group, lots.posts, cells).astype(np.int64)
    frame = pd.DataFrame(
        {
            "sottogruppo_professionale": [f"{code // 10}.{code % 10}" for code in codes.tolist()],
            "posti": posts,
            "posti_mancanti": posts - most,
            "persone_adatte": people,
            "_persone": people,
        }
    )
    return _typed(frame)


def frontiers(market: Market) -> pd.DataFrame:
    """Return what crossing provinces' borders gains, by the posts' province.

    Columns: codice_provincia, posti, persone (available residents), posti_coperti_dentro (most
    posts filled by residents alone), posti_coperti_minimo and _massimo (in every, in some, filling
    of most posts of the region), _persone. The last row (empty code) is the region: there the two
    ends are equal, and the difference from the posts filled inside is the gain (F14).
    posti_adatti_residenti are the posts, anywhere, of lots that some resident fits;
    posti_adatti_altrove those in another province.
    """
    graph, places = market.graph, market.places
    provinces = len(places.provinces)
    home = places.province[market.people.place]
    seat = places.province[market.lots.place]
    inside = most_posts(within(graph, home, seat))
    filled = np.bincount(seat[inside[inside >= 0]], minlength=provinces)
    least, most = filled_posts(graph, market.filling, seat, provinces)
    total = int((market.filling >= 0).sum())
    sources = graph.sources()
    reached = [_posts_reached(market, home[sources] == one) for one in range(provinces)]
    away = [
        _posts_reached(market, (home[sources] == one) & market.crosses) for one in range(provinces)
    ]
    anywhere = int(market.lots.posts[np.diff(graph.lot_start) > 0].sum())
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
                "posti_adatti_residenti": [*reached, anywhere],
                "posti_adatti_altrove": [*away, _posts_reached(market, market.crosses)],
                "_persone": [*people, people.sum()],
            }
        )
    )


def _posts_reached(market: Market, edges: Int) -> int:
    """Return the posts of the lots that some of the edges (a mask) lead to."""
    lots = np.unique(market.graph.lot[edges])
    return int(market.lots.posts[lots].sum())


def flows(market: Market, assignment: Assignment) -> pd.DataFrame:
    """Return how many people of each province get a post in each, over all optima of a regime.

    Optima are those of posts and score, whatever breaks ties. Columns: provincia_residenza,
    provincia_lavoro, persone_adatte (who fit some post there), abbinamenti_minimo and _massimo,
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
            "persone_adatte": people,
            "abbinamenti_minimo": low,
            "abbinamenti_massimo": high,
            "_persone": people,
            "_abbinate": high,
        }
    )
    return _typed(frame)


def comparison(market: Market, assignments: Sequence[Assignment]) -> pd.DataFrame:
    """Return one row a regime: posts filled, mean score, people who go to another province.

    Columns: regime, posti, posti_coperti, punteggio_medio (0–10,000, rounded half up),
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
        mean = (2 * total + len(pairs)) // (2 * len(pairs)) if len(pairs) else 0
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


def obstacles(market: Market, rules: Scoring) -> pd.DataFrame:
    """Return what the region would gain if one requirement, and only one, were lifted.

    Columns: requisito, posti_con_requisito (posts of the lots that have it), posti_in_piu (filled
    in addition), coppie_in_piu (pairs made possible), persone_interessate (in those pairs),
    _persone. Most posts first.
    """
    found = lifted_requirements(
        market.places, market.people, market.lots, rules, market.graph, market.filling
    )
    return _typed(
        pd.DataFrame(
            {
                "requisito": [one.requirement for one in found],
                "posti_con_requisito": [
                    int(market.lots.posts[having(market.lots, one.requirement)].sum())
                    for one in found
                ],
                "posti_in_piu": [one.posts for one in found],
                "coppie_in_piu": [one.pairs for one in found],
                "persone_interessate": [one.people for one in found],
                "_persone": [one.people for one in found],
            }
        )
    )


def followed(market: Market, operators: Sequence[str]) -> pd.DataFrame:
    """Return, for each operator, the vacancies that fit somebody whom they follow.

    Columns: codice_operatore, offerte_adatte (lots that somebody followed fits), posti_adatti
    (their posts), posti_adatti_altrove (those outside the province where that person lives),
    _persone (followed, who fit some).
    """
    graph, lots = market.graph, market.lots
    sources = graph.sources()
    who = market.people.operator[sources].astype(np.int64)
    frame = pd.DataFrame({"who": who, "lot": graph.lot, "person": sources, "away": market.crosses})[
        who >= 0
    ]
    offers = frame.drop_duplicates(["who", "lot"])
    away = frame[frame["away"]].drop_duplicates(["who", "lot"])
    rows = np.arange(len(operators))
    people = frame.drop_duplicates(["who", "person"]).groupby("who").size()
    return _typed(
        pd.DataFrame(
            {
                "codice_operatore": list(operators),
                "offerte_adatte": offers.groupby("who").size().reindex(rows, fill_value=0),
                "posti_adatti": np.bincount(
                    offers["who"], lots.posts[offers["lot"]], len(operators)
                ).astype(np.int64),
                "posti_adatti_altrove": np.bincount(
                    away["who"], lots.posts[away["lot"]], len(operators)
                ).astype(np.int64),
                "_persone": people.reindex(rows, fill_value=0),
            }
        )
    )


def fitting_by_operator(
    market: Market, ids: Sequence[str], operators: Sequence[str]
) -> pd.DataFrame:
    """Return who is followed by each operator and fits some post of each great group.

    One row a person and cell, to be counted under protection. Columns: codice_operatore,
    gruppo_professionale, _persona.
    """
    graph = market.graph
    sources = graph.sources()
    group = market.lots.occupation[graph.lot] // _GREAT_GROUP
    known = market.people.operator[sources] >= 0
    cells = np.unique(sources[known].astype(np.int64) * GREAT_GROUPS + group[known])
    who = cells // GREAT_GROUPS
    return pd.DataFrame(
        {
            "codice_operatore": [operators[one] for one in market.people.operator[who]],
            "gruppo_professionale": [str(one) for one in cells % GREAT_GROUPS],
            "_persona": [ids[one] for one in who],
        },
        dtype="str",
    )


def outcomes(
    market: Market, assignments: Sequence[Assignment], groups: Sequence[str], ids: Sequence[str]
) -> pd.DataFrame:
    """Return who can be matched and who gets a post under each regime, to be counted protected.

    One row a person and cell. Columns: esito («disponibili», or the regime under which the person
    gets a post), dimensione (graduatoria, fascia_aiuto, gruppo_disabilita, provincia), gruppo,
    _persona. Deciles of the ranking are numbered from 1 (first). The posts are those that the
    regime's tie-break gives.
    """
    names = np.array(ids, dtype=object)
    everyone = np.ones(len(names), dtype=np.bool_)
    outcome = [("disponibili", everyone), *((one.regime, one.edge >= 0) for one in assignments)]
    parts = [
        pd.DataFrame(
            {
                "esito": name,
                "dimensione": dimension,
                "gruppo": np.array(words, dtype=object)[value[served]],
                "_persona": names[served],
            },
            dtype="str",
        )
        for name, served in outcome
        for dimension, value, words in _dimensions(market, groups)
    ]
    return pd.concat(parts, ignore_index=True)


def _dimensions(market: Market, groups: Sequence[str]) -> list[tuple[str, Int, list[str]]]:
    """Return by what fairness is looked at: a name, everyone's number, and the words."""
    people = market.people
    province = market.places.province[people.place]
    return [
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
        ("provincia", province.astype(np.int64), list(market.places.provinces)),
    ]


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
