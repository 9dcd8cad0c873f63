"""Rates: nothing about few people, nor about people nearly all alike; indices after noise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from etl.config import load_config
from etl.contracts import load_contract
from etl.protect.computed import compute
from etl.protect.perturbed import perturb
from etl.protect.rates import withhold_small

LIMITS = load_config().riservatezza
OUTCOMES = load_contract("esiti-operatori")
PATHS = load_contract("esiti-percorsi")
ACTIVITY = load_contract("attivita-operatori")
SPECIALISATION = load_contract("specializzazioni-operatori")
SECRET = b"segreto di prova, mai usato altrove"


def outcome(people: int, seen: int) -> pd.DataFrame:
    row: dict[str, object] = {name: pd.NA for name in OUTCOMES.names if not name.endswith("_stato")}
    row |= {"persone_osservate": people, "con_esito": seen, "tasso": 0.5, "segnale": "in_linea"}
    row |= {"_persone": people, "_con": seen, "_senza": people - seen}
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("people", "seen", "shown"),
    [
        (20, 5, True),
        (20, 15, True),
        (19, 9, False),
        (20, 4, False),
        (20, 16, False),
        (500, 0, False),
        (500, 500, False),
        (500, 250, True),
    ],
)
def test_a_rate_is_shown_for_twenty_people_where_five_are_on_either_side(
    people: int, seen: int, shown: bool
) -> None:
    table = withhold_small(outcome(people, seen), OUTCOMES, LIMITS)
    row = table.iloc[0]
    state = "pubblicato" if shown else "riservato"
    assert row["con_esito_stato"] == row["persone_osservate_stato"] == state
    for name in ("persone_osservate", "con_esito", "tasso", "segnale"):
        assert pd.notna(row[name]) is shown
    assert not {"_persone", "_con", "_senza"} & set(table.columns)


def test_what_is_hidden_does_not_change_with_what_it_hides() -> None:
    one = withhold_small(outcome(19, 3), OUTCOMES, LIMITS)
    other = withhold_small(outcome(7, 6), OUTCOMES, LIMITS)
    assert one.astype("str").equals(other.astype("str"))


def path_rows(seen: dict[int, tuple[int, int]], kind: str) -> pd.DataFrame:
    """Return one kind of path: each year's (people, with the outcome), and their sum."""
    whole = (sum(people for people, _ in seen.values()), sum(had for _, had in seen.values()))
    periods = {f"{year}-01/{year}-12": counts for year, counts in seen.items()}
    periods[f"{min(seen)}-01/{max(seen)}-12"] = whole
    blank = {name: pd.NA for name in PATHS.names if not name.endswith("_stato")}
    return pd.DataFrame(
        [
            {
                **blank,
                "tipo_percorso_dote": kind,
                "indicatore_esito": "occupati_12_mesi",
                "periodo_ingresso": period,
                "persone_osservate": people,
                "con_esito": had,
                "_persone": people,
                "_con": had,
                "_senza": people - had,
            }
            for period, (people, had) in periods.items()
        ]
    )


def test_one_small_year_empties_all_periods_of_its_path_and_of_no_other() -> None:
    small = path_rows({2021: (60, 30), 2022: (60, 3), 2023: (60, 30)}, "accompagnato")
    large = path_rows({2021: (60, 30), 2022: (60, 20), 2023: (60, 30)}, "individuale")
    table = withhold_small(pd.concat([small, large], ignore_index=True), PATHS, LIMITS)
    assert table["con_esito"].notna().tolist() == [False] * 4 + [True] * 4
    assert (table["con_esito_stato"] == "riservato").tolist() == [True] * 4 + [False] * 4


def test_no_small_year_follows_from_any_number_of_releases() -> None:
    generator = np.random.default_rng(42)
    hidden = 0
    for _ in range(60):
        years = {year: (60, int(generator.integers(2, 30))) for year in range(2015, 2027)}
        known = []
        for last in range(2017, 2027):
            own = {year: years[year] for year in range(last - 2, last + 1)}
            table = withhold_small(path_rows(own, "accompagnato"), PATHS, LIMITS)
            for period in table.loc[table["con_esito"].notna(), "periodo_ingresso"]:
                begin, end = int(period[:4]), int(period[8:12])
                known.append([float(begin <= year <= end) for year in years])
        small = [place for place, (_, had) in enumerate(years.values()) if had < 5]
        if not known:
            continue
        rank = np.linalg.matrix_rank(np.array(known))
        for place in small:
            alone = np.eye(len(years))[place]
            assert np.linalg.matrix_rank(np.vstack([known, alone])) == rank + 1
            hidden += 1
    assert hidden > 30


@pytest.mark.parametrize(("people", "shown"), [(19, False), (20, True)])
def test_waiting_times_stand_only_where_twenty_people_stand_behind_them(
    people: int, shown: bool
) -> None:
    frame = pd.DataFrame(
        {
            "id_operatore": "a",
            "codice_provincia": "015",
            "fascia": "totale",
            "stato_dote": "totale",
            "giorni_attivazione_mediana": 12,
            "giorni_attivazione_p90": 40,
            "_persona": [f"FINTA-{number:06}" for number in range(people)],
        }
    )
    table = perturb(frame, ACTIVITY, LIMITS, SECRET)
    assert table["giorni_attivazione_mediana"].notna().tolist() == [shown]
    assert table["giorni_attivazione_p90"].notna().tolist() == [shown]


def specialised(counts: dict[str, int]) -> pd.DataFrame:
    rows = [
        {
            "id_operatore": who,
            "livello_territorio": "regione",
            "codice_territorio": "03",
            "gruppo_disabilita": group,
            "clienti": number,
        }
        for who in ("a", "b")
        for group, number in (
            counts if who == "a" else {"totale": 900, "vista": 300, "udito": 600}
        ).items()
    ]
    return pd.DataFrame(rows).astype({"clienti": "Int64"})


def test_specialisation_is_computed_from_the_counts_that_are_shown() -> None:
    table = compute(specialised({"totale": 100, "vista": 60, "udito": 40}), SPECIALISATION, LIMITS)
    own = table[table["id_operatore"] == "a"].set_index("gruppo_disabilita")
    assert own.loc["vista", "quoziente_localizzazione"] == pytest.approx(0.6 / 0.36, abs=0.005)
    assert own["herfindahl"].tolist() == pytest.approx([0.52] * 3)
    assert own["quoziente_localizzazione"].isna().tolist() == [True, False, False]


def test_an_operator_with_fewer_than_twenty_shown_people_has_no_indices() -> None:
    table = compute(specialised({"totale": 19, "vista": 12, "udito": 7}), SPECIALISATION, LIMITS)
    own = table[table["id_operatore"] == "a"]
    assert own["quoziente_localizzazione"].isna().all()
    assert own["herfindahl"].isna().all()
