"""From received doti to outcomes: complete cohorts only, and the planted truth comes out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl.config import load_config
from etl.demo.doti import write_doti
from etl.demo.territory import load_territory
from etl.demo.truth import Truth
from etl.derive.effects import NOT_COMPARABLE, outcomes
from etl.derive.outcomes.cohorts import Period, activation_days, cohort, pooled_periods
from etl.derive.paths import CHARACTERISTICS, recent
from etl.receive.checks import Registers
from etl.receive.geography import load_geography
from etl.receive.occupations import load_occupations
from etl.receive.reading import read_source

DAY = date(2025, 12, 31)


LATEST = Period(2021, 2023)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 12, 31), "2021-01/2023-12"),
        (date(2025, 8, 31), "2021-01/2023-12"),
        (date(2025, 8, 30), "2020-01/2022-12"),
        (date(2026, 8, 31), "2022-01/2024-12"),
    ],
)
def test_a_period_is_three_years_whose_people_were_followed_to_the_end(
    day: date, code: str
) -> None:
    (period,) = pooled_periods(day, None)
    assert period.code == code
    # eighteen months of follow-up and two of late returns
    end = pd.Timestamp(year=period.last + 1, month=1, day=1)
    assert end + pd.DateOffset(months=20) <= pd.Timestamp(day) + pd.Timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "codes"),
    [
        (date(2021, 1, 1), ["2021-01/2023-12"]),
        (date(2018, 7, 1), ["2021-01/2023-12"]),
        (date(2018, 6, 30), ["2021-01/2023-12", "2018-01/2020-12"]),
        (date(2015, 1, 1), ["2021-01/2023-12", "2018-01/2020-12", "2015-01/2017-12"]),
    ],
)
def test_earlier_periods_are_those_to_which_the_source_reaches_back(
    since: date, codes: list[str]
) -> None:
    assert [period.code for period in pooled_periods(DAY, since)] == codes


def test_no_releases_together_tell_what_happened_in_less_than_three_years() -> None:
    first, last = 2015, 2030
    years = list(range(first, last + 1))
    published = {
        (period.first, period.last)
        for year in range(2020, last + 2)
        for month in range(1, 13)
        for period in pooled_periods(date(year, month, 28), date(first, 1, 1))
    }
    assert len(published) > 8

    def indicator(begin: int, end: int) -> list[float]:
        return [float(begin <= year <= end) for year in years]

    known = np.array([indicator(*period) for period in sorted(published)])
    rank = np.linalg.matrix_rank(known)
    for begin in years:
        for end in range(begin, min(begin + 1, last) + 1):
            both = np.vstack([known, indicator(begin, end)])
            assert np.linalg.matrix_rank(both) == rank + 1, (begin, end)
    # and the test would see it: any one year would give others away
    more = np.vstack([known, indicator(2020, 2020)])
    assert np.linalg.matrix_rank(np.vstack([more, indicator(2023, 2023)])) == rank + 1


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    folder, truth = tmp_path_factory.mktemp("doti"), Truth(68, 0.3)
    config = load_config()
    write_doti(folder, load_territory(["097", "098", "015"], 2023), truth)
    registers = Registers(load_geography(config), load_occupations(), 15_000)
    source = config.source("doti")
    result = read_source(source, folder / "doti.csv", registers)
    assert not result.problems
    rows = result.tables["doti"]
    age = rows["data_assegnazione"].dt.year - rows["anno_nascita"]
    rows = rows.assign(
        id_operatore=rows["codice_operatore"],
        classe_eta=(age >= 55).map({True: "55+", False: "altri"}),
        anzianita=(rows["data_assegnazione"] - rows["data_iscrizione"]).dt.days > 1461,
        sintetico=True,
    )
    return SimpleNamespace(rows=rows, truth=truth.as_dict()["seminati"], folder=folder)


def test_only_people_followed_to_the_end_are_counted(demo: SimpleNamespace) -> None:
    people = cohort(demo.rows, LATEST)
    assert people["data_primo_servizio"].min() >= pd.Timestamp("2021-01-01")
    assert people["data_primo_servizio"].max() <= pd.Timestamp("2023-12-31")
    for name in ("occupati_6_mesi", "occupati_12_mesi", "avvio_180_giorni"):
        assert people[name].notna().all()
    hired = people["avvio_180_giorni"] == 1
    assert (people["contratto_stabile"].notna() == hired).all()
    assert (people["mantenimento_12_mesi"].notna() == hired).all()
    answered = people["risposta_questionario"] == 1
    assert (people["beneficio_percepito"].notna() == answered).all()
    assert 0.2 < answered.mean() < 0.9


def test_signals_are_planted_operators_and_in_the_right_direction(
    demo: SimpleNamespace,
) -> None:
    table = outcomes(demo.rows, ["id_operatore"], 20, DAY, [LATEST])
    work = table[table["indicatore_esito"] == "occupati_12_mesi"].set_index("id_operatore")
    planted = {
        item["operatore"]: item["effetto_logit"] for item in demo.truth["operatore_diverso"]["dove"]
    }
    signals = work["segnale"][work["segnale"].isin(["sopra_atteso", "sotto_atteso"])]
    found = set(planted) & set(signals.index)
    # power is low, as the page says: not every difference is seen, but chance is not taken for one
    assert len(found) >= len(planted) / 2
    assert len(set(signals.index) - set(planted)) <= 1
    for operator in found:
        effect = planted[operator]
        assert signals[operator] == ("sopra_atteso" if effect > 0 else "sotto_atteso")


def test_accompanied_paths_do_better_for_like_people_though_not_as_they_are(
    demo: SimpleNamespace,
) -> None:
    table = outcomes(demo.rows, ["tipo_percorso_dote"], 20, DAY, [LATEST])
    work = table[table["indicatore_esito"] == "occupati_12_mesi"].set_index("tipo_percorso_dote")
    network, alone = work.loc["accompagnato"], work.loc["individuale"]
    assert network["tasso_aggiustato_min"] > alone["tasso_aggiustato"]
    raw = network["tasso"] - alone["tasso"]
    assert network["tasso_aggiustato"] - alone["tasso_aggiustato"] > raw


def test_perceived_benefit_stands_beside_and_is_never_compared(demo: SimpleNamespace) -> None:
    table = outcomes(demo.rows, ["id_operatore"], 20, DAY, [LATEST])
    beside = table[table["indicatore_esito"].isin(["beneficio_percepito", "risposta_questionario"])]
    assert (beside["segnale"] == NOT_COMPARABLE).all()
    assert beside[["attesi", "tasso_aggiustato"]].isna().all().all()
    benefit = table[table["indicatore_esito"] == "beneficio_percepito"]
    assert benefit["variazione_beneficio"].notna().any()


def test_small_groups_get_no_figure_for_like_people(demo: SimpleNamespace) -> None:
    few = demo.rows.assign(id_operatore=demo.rows["id_operatore"].where(demo.rows.index > 60, "x"))
    table = outcomes(few, ["id_operatore"], 20, DAY, [LATEST])
    small = table[
        (table["persone_osservate"] < 20) & table["indicatore_esito"].eq("occupati_6_mesi")
    ]
    assert len(small)
    assert (small["segnale"] == NOT_COMPARABLE).all()
    assert small["tasso_aggiustato"].isna().all()


def test_figures_that_say_how_many_found_work_are_hidden_together() -> None:
    rows = pd.DataFrame(
        {
            "id_dote": [f"D{n}" for n in range(40)],
            "id_operatore": "a",
            "fascia_aiuto": 1,
            "classe_eta": "altri",
            "anzianita": False,
            "titolo_studio": "diploma",
            "gruppo_disabilita": "vista",
            "data_primo_servizio": pd.Timestamp("2022-03-01"),
            "data_avviamento": [
                pd.Timestamp("2022-05-01") if n < 37 else pd.NaT for n in range(40)
            ],
            "data_cessazione": pd.NaT,
            "tipo_contratto_avviamento": ["indeterminato"] * 20 + ["determinato_breve"] * 20,
            "occupato_6_mesi": "S",
            "occupato_12_mesi": ["S", "N"] * 20,
            "occupato_12_mesi_da_avviamento": ["S", "N"] * 20,
            "beneficio_ingresso": 2.0,
            "beneficio_uscita": 3.0,
        }
    )
    table = outcomes(rows, ["id_operatore"], 20, DAY, [LATEST]).set_index("indicatore_esito")
    # three did not start: whoever knows how many contracts there are would know it
    assert table.loc["avvio_180_giorni", "_senza"] == 3
    assert table.loc["contratto_stabile", "_senza"] == 3
    assert table.loc["contratto_stabile", "persone_osservate"] == 37


def test_recent_doti_are_those_of_the_last_two_years(demo: SimpleNamespace) -> None:
    found = recent(demo.rows, DAY)
    assert found["data_assegnazione"].min() >= pd.Timestamp("2024-01-01")
    assert set(found["periodo_ingresso"]) == {"2024-01/2025-12"}
    assert (activation_days(found).dropna() >= 0).all()
    assert set(CHARACTERISTICS) <= set(demo.rows.columns)


def test_a_path_whose_dates_are_out_of_order_is_refused_without_saying_whose(
    demo: SimpleNamespace, tmp_path: Path
) -> None:
    config: Any = load_config()
    lines = (demo.folder / "doti.csv").read_text("cp1252").splitlines()
    cells = next(line.split(";") for line in lines[1:] if line.split(";")[14])
    cells[14] = "01/01/1999"
    (tmp_path / "doti.csv").write_text("\r\n".join([*lines[:30], ";".join(cells)]), "cp1252")
    registers = Registers(load_geography(config), load_occupations(), 15_000)
    result = read_source(config.source("doti"), tmp_path / "doti.csv", registers)
    (problem,) = [p for p in result.problems if p.code == "date-in-disordine"]
    assert problem.row == 31
    assert problem.found is None
    assert "1999" not in problem.line()
