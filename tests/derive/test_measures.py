"""The measures' data sets that a module works out of returns: dates, networks, money, costs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from etl.config import load_config
from etl.derive import (
    accordi,
    costi_standard,
    fattorie_sociali,
    legami_fattorie,
    promotore_68,
    reti_valutate,
    risorse,
)
from etl.derive.datasets import Inputs
from etl.derive.declared import RETURNS
from etl.receive import Received

PROVINCES = pd.DataFrame({"codice_provincia": ["015", "016"], "provincia": ["Milano", "Bergamo"]})
Sent = tuple[str, str | None, str, str | None, str, float | str]


def inputs(*rows: Sent) -> Inputs:
    """Return what a module sees where these returns were received, each a number or a code."""
    frame = pd.DataFrame(
        [
            {
                **dict(
                    zip(("misura", "codice_provincia", "periodo", "categoria"), row, strict=False)
                ),
                "grandezza": row[4],
                "quantita": None if isinstance(row[5], str) else row[5],
                "codice": row[5] if isinstance(row[5], str) else None,
                "sintetico": True,
            }
            for row in rows
        ]
    ).astype({"quantita": "Float64"})
    geography = SimpleNamespace(province=PROVINCES)
    received = Received({RETURNS: frame}, [], [], cast(Any, geography), pd.DataFrame())
    return Inputs(load_config(), received, b"chiave di prova di sedici byte")


def farm(code: str, comune: str = "093033", profile: str | None = "2014-05-01") -> list[Sent]:
    facts = {"tipo_azienda": "fattoria_sociale", "codice_comune": comune, "area": "urbana"}
    facts |= {"data_profilo": profile} if profile else {}
    return [("fattorie-sociali", None, "2015", code, name, value) for name, value in facts.items()]


def link(pair: str) -> Sent:
    return ("legami-fattorie", None, "2015", pair, "filiera_prodotto", "ortofrutta")


def test_a_farm_s_degree_counts_its_links_and_the_density_follows() -> None:
    farms = [*farm("fs-01"), *farm("fs-02"), *farm("fs-03", profile=None), *farm("fs-04", "093025")]
    table = fattorie_sociali.derive(inputs(*farms, link("fs-02/fs-01"), link("fs-01/fs-03")))
    assert table.set_index("codice_azienda")["grado"].to_dict() == {
        "fs-01": 2,
        "fs-02": 1,
        "fs-03": 1,
        "fs-04": 0,
    }
    # two links of six that could be
    assert table["grado"].sum() / table["legami_possibili"].sum() == pytest.approx(2 / 6)
    assert table["comune"].tolist() == ["Pordenone", "Pordenone", "Pordenone", "Maniago"]
    assert table["profilata"].tolist() == [True, True, False, True]
    assert table["lat"].between(45, 47).all()


def test_a_pair_is_two_different_codes_in_any_order_and_counts_once() -> None:
    given = ["fs-02/fs-01", "fs-01/fs-02", "fs-03/fs-03", "fs-03", "fs-01/Mario Rossi"]
    table = legami_fattorie.derive(inputs(*map(link, given)))
    assert table[["azienda_a", "azienda_b"]].to_numpy().tolist() == [["fs-01", "fs-02"]]


def test_a_link_to_a_farm_that_is_not_in_the_list_counts_for_nobody() -> None:
    table = fattorie_sociali.derive(inputs(*farm("fs-01"), link("fs-01/fs-09")))
    assert table["grado"].tolist() == [0]


def test_without_returns_the_map_is_empty() -> None:
    other = ("risorse", None, "2015", "pdz-ass6", "stanziato", 1.0)
    assert fattorie_sociali.derive(inputs(other)).empty
    assert legami_fattorie.derive(inputs(other)).empty


@pytest.mark.parametrize(
    ("act", "opening", "days"),
    [
        ("2020-09-01", "2021-01-15", 136),
        ("2021-01-15", "2020-09-01", None),
        (None, "2021-01-15", None),
    ],
)
def test_the_days_to_open_are_those_between_the_two_dates(
    act: str | None, opening: str, days: int | None
) -> None:
    sent: list[Sent] = [("promotore-68", "015", "2021", None, "data_apertura", opening)]
    if act:
        sent.append(("promotore-68", "015", "2021", None, "data_atto", act))
    (found,) = promotore_68.derive(inputs(*sent))["giorni_apertura"]
    assert (None if pd.isna(found) else found) == days


def test_a_network_s_people_never_leave_only_its_classes_do() -> None:
    figures = {"persone": 120.0, "occupati": 60.0, "attesi": 36.0, "risposte": 70.0}
    figures |= {"migliorati": 55.0, "punti_integrazione": 4.0, "punti_innovazione": 3.0}
    sent = [
        ("reti-valutate", None, "2013", "rete-01", name, value) for name, value in figures.items()
    ]
    table = reti_valutate.derive(inputs(*sent))
    (row,) = table.to_dict("records")
    assert row["evidenza_rete"] == "due_criteri"
    assert (row["numerosita_rete"], row["punti_integrazione"]) == ("100_e_piu", 4)
    assert not set(table.columns) & {"persone", "occupati", "attesi", "risposte", "migliorati"}


def test_money_left_and_its_flag_follow_from_the_three_sums() -> None:
    rows: list[Sent] = []
    for item, sums in {"pdz-ass6": (100.0, 92.0, 50.0), "pdz-comuni": (100.0, 120.0, 50.0)}.items():
        for name, value in zip(("stanziato", "impegnato", "liquidato"), sums, strict=True):
            rows.append(("risorse", None, "2014", item, name, value))
    table = risorse.derive(inputs(*rows)).set_index("voce_spesa")
    assert table.loc["pdz-ass6", ["residuo", "segnale_risorse"]].tolist() == [8, "in_esaurimento"]
    # more committed than allocated: nothing is worked out of it
    assert table.loc["pdz-comuni", ["residuo", "segnale_risorse"]].isna().all()


def service(province: str | None, people: float = 40.0) -> list[Sent]:
    figures = {"ore": 1000.0, "costo": 30_000.0, "costo_personale": 103_200.0}
    figures |= {"unita_personale": 3.0, "persone": people, "risposte": 20.0, "migliorati": 5.0}
    figures |= {"occupati": people / 2, "attesi": people / 4, "indice_prezzi": 100.0}
    return [
        ("costi-standard", province, "2022", "formazione/1", name, value)
        for name, value in figures.items()
    ]


def test_a_service_s_territories_are_the_provinces_that_its_operators_name() -> None:
    two = costi_standard.derive(inputs(*service("015"), *service("016")))
    assert two["territori_servizio"].tolist() == [2]
    assert "pochi_territori" in two["motivi_panel"][0]
    none = costi_standard.derive(inputs(*service(None)))
    assert none["territori_servizio"].tolist() == [0]


def test_an_hour_of_staff_is_the_year_s_cost_over_its_hours_and_more_with_the_flat_rate() -> None:
    sent = [row for code in ("015", "016", "017") for row in service(code)]
    (row,) = costi_standard.derive(inputs(*sent)).to_dict("records")
    # 34.400 € a year over 1.720 hours, then 40 % more
    assert (row["costo_ora_personale"], row["costo_ora_forfettario"]) == (20.0, 28.0)
    # the outcome is surely above expected, and so the effect is shown though few improved
    assert row["rapporto_esiti"] == 2.0
    assert row["motivi_panel"] == []


def test_a_ratio_of_few_people_s_outcomes_is_not_told() -> None:
    (row,) = costi_standard.derive(inputs(*service("015", people=20.0))).to_dict("records")
    assert pd.isna(row["rapporto_esiti"])


def test_who_joined_an_agreement_is_the_document_s_word_before_any_return_s() -> None:
    table = accordi.derive(
        inputs(
            ("accordi", None, "2015", "pdz-linee-guida", "adesioni", 3.0),
            ("accordi", None, "2015", "pdz-accordo-operativo", "adesioni", 1.0),
        )
    ).set_index("id_accordo")
    assert table.loc["pdz-linee-guida", ["adesioni_previste", "adesioni"]].tolist() == [5, 3]
    assert table.loc["pdz-accordo-operativo", "adesioni"] == 7
    assert table["sintetico"].to_dict()["pdz-linee-guida"]
    assert not table["sintetico"].to_dict()["pdz-accordo-operativo"]
