"""From received tables to derived ones: which rows, which places, which names."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.config import Config, load_config
from etl.contracts import ContractError, load_contract
from etl.derive import operatori, posti_disponibili, sedi_operatori
from etl.derive.datasets import Inputs, derive
from etl.derive.statements import in_force, reference_date, section
from etl.problems import InputRefusedError
from etl.receive import Received
from etl.receive.geography import load_geography
from etl.receive.occupations import load_occupations


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config()


def inputs(config: Config, **tables: pd.DataFrame) -> Inputs:
    named = {name.replace("_", "-"): table for name, table in tables.items()}
    received = Received(named, [], [], load_geography(config), load_occupations())
    return Inputs(config, received, b"chiave di prova")


def statement(code: str, company: str, **changes: object) -> dict[str, object]:
    return {
        "codice_comunicazione": code,
        "codice_comunicazione_precedente": None,
        "data_riferimento": pd.Timestamp("2025-12-31"),
        "data_invio": pd.Timestamp("2026-01-10"),
        "codice_fiscale_azienda": company,
        "denominazione_azienda": f"Ditta {company}",
        "codice_ateco": "10.11.00",
        "sintetico": True,
        **changes,
    }


def statements(*rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    frame["codice_comunicazione_precedente"] = frame["codice_comunicazione_precedente"].astype(
        "str"
    )
    return frame


def test_a_statement_replaced_by_a_later_one_does_not_count() -> None:
    frame = statements(
        statement("A", "1"),
        statement("B", "1", codice_comunicazione_precedente="A"),
        statement("C", "2"),
    )
    assert sorted(in_force(frame)["codice_comunicazione"]) == ["B", "C"]


def test_of_two_statements_of_one_employer_the_last_sent_counts() -> None:
    frame = statements(
        statement("A", "1", data_invio=pd.Timestamp("2026-01-20")), statement("B", "1")
    )
    assert list(in_force(frame)["codice_comunicazione"]) == ["A"]


def test_without_a_single_statement_the_build_says_so() -> None:
    with pytest.raises(InputRefusedError, match="Nessun prospetto leggibile"):
        reference_date(statements(statement("A", "1", data_riferimento=pd.NaT)))


@pytest.mark.parametrize(
    ("code", "letter"), [("10.11.00", "C"), ("62.10.00", "K"), ("84.11.10", "P")]
)
def test_an_ateco_code_gives_its_section_of_2025(code: str, letter: str) -> None:
    assert section(pd.Series([code], dtype="str")).tolist() == [letter]


def vacancy(code: str, position: int, comune: str, **changes: object) -> dict[str, object]:
    return {
        "codice_comunicazione": code,
        "codice_provincia": "016",
        "progressivo": position,
        "qualifica_dichiarata": "4.1.1.2.0.3",
        "mansione": "Archivio",
        "posti": 2,
        "categoria_soggetto": "D",
        "comune_assunzione": comune,
        "capacita_controindicazioni": "Vista",
        "barriere_architettoniche": "N",
        "turni_notturni": "N",
        "mezzi_pubblici": "S",
        "categoria_assunzione": "NO",
        "sintetico": True,
        **changes,
    }


def consents(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["codice_comunicazione", "consenso", "data_consenso"])
    return frame.assign(data_consenso=pd.to_datetime(frame["data_consenso"]))


def derived_vacancies(config: Config, *answers: tuple[str, str, str]) -> pd.DataFrame:
    return posti_disponibili.derive(
        inputs(
            config,
            prospetti=statements(statement("A", "1"), statement("B", "2")),
            prospetti_posti=pd.DataFrame(
                [
                    vacancy("A", 1, "A794"),
                    vacancy("A", 2, "F205"),
                    vacancy("B", 1, "H501"),
                    vacancy("B", 2, "A794", qualifica_dichiarata="9.9.9.9.9.0"),
                ]
            ),
            consensi=consents(*answers),
        )
    ).set_index("progressivo")


def test_a_vacancy_stands_in_its_present_comune_and_outside_the_region_is_left_out(
    config: Config,
) -> None:
    frame = derived_vacancies(config)
    assert frame["comune"].tolist() == ["Bergamo", "Milano"]
    assert frame["codice_provincia"].tolist() == ["016", "015"]
    assert frame["qualifica"].unique().tolist() == ["4.1.1.2.0"]
    assert frame["settore"].unique().tolist() == ["C"]


def test_the_company_is_named_only_with_a_consent_that_was_not_withdrawn(config: Config) -> None:
    assert derived_vacancies(config)["denominazione_azienda"].isna().all()
    yes = ("A", "S", "2026-01-01")
    assert (derived_vacancies(config, yes)["denominazione_azienda"] == "Ditta 1").all()
    withdrawn = derived_vacancies(config, yes, ("A", "N", "2026-01-02"))
    assert withdrawn["denominazione_azienda"].isna().all()


def test_the_id_of_a_vacancy_is_stable_and_holds_nothing_of_the_statement(config: Config) -> None:
    first, second = derived_vacancies(config), derived_vacancies(config, ("A", "S", "2026-01-01"))
    assert first["id_posto"].tolist() == second["id_posto"].tolist()
    assert first["id_posto"].is_unique
    assert first["id_posto"].str.fullmatch("[0-9a-f]{20}").all()


def site(operator: str, name: str, comune: str, catalogue: str, **changes: object) -> dict:
    return {
        "codice_operatore": operator,
        "denominazione_operatore": name,
        "natura_giuridica": "fondazione",
        "denominazione_sede": f"Sede di {comune}",
        "indirizzo": "Via Prova 1",
        "comune_dichiarato": comune,
        "telefono": None,
        "email": None,
        "sito_web": None,
        "servizi": ("accoglienza",),
        "gruppi_disabilita": (),
        "accessibilita": (),
        "lingue": ("it",),
        "orari": None,
        "data_aggiornamento": pd.Timestamp("2026-01-01"),
        "fonte": f"catalogo-{catalogue}",
        "provincia_fornitore": catalogue,
        "sintetico": True,
        **changes,
    }


def catalogues(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(rows)


def test_an_operator_in_two_catalogues_is_one_operator_with_the_union_of_its_services(
    config: Config,
) -> None:
    table = catalogues(
        site("X1", "Fondazione Uno", "Bergamo", "016"),
        site(
            "X1",
            "Fondazione Uno ETS",
            "Lecco",
            "097",
            servizi=("scouting",),
            data_aggiornamento=pd.Timestamp("2026-02-01"),
        ),
    )
    frame = operatori.derive(inputs(config, catalogo_operatori=table))
    row = frame.iloc[0]
    assert len(frame) == 1
    assert row["denominazione_operatore"] == "Fondazione Uno ETS"
    assert row["id_operatore"] == "fondazione-uno-ets"
    assert row["servizi"] == ["accoglienza", "scouting"]
    assert row["province_catalogo"] == ["016", "097"]
    assert row["numero_sedi"] == 2


def test_two_operators_of_the_same_name_keep_two_ids_and_sites_stay_distinct(
    config: Config,
) -> None:
    table = catalogues(
        site("X1", "Cooperativa Uno", "Bergamo", "016"),
        site("X2", "Cooperativa Uno", "Bergamo", "016"),
        site("X2", "Cooperativa Uno", "Bergamo", "016", indirizzo="Via Altra 2"),
    )
    frame = sedi_operatori.derive(inputs(config, catalogo_operatori=table))
    assert frame["id_operatore"].nunique() == 2
    assert frame["id_sede"].is_unique


def test_published_figures_are_real_and_carry_their_source(config: Config) -> None:
    frame = derive(inputs(config), load_contract("cifre-pubblicate"))
    assert len(frame) == 27
    assert not frame["sintetico"].any()
    assert frame["url_fonte"].str.startswith("http").all()
    assert frame["data_fonte"].notna().all()


def test_a_contract_without_a_module_stops_the_build(config: Config) -> None:
    lonely = load_contract("operatori").model_copy(update={"slug": "senza-modulo"})
    with pytest.raises(ContractError, match=r"nessun modulo etl/derive/senza_modulo\.py"):
        derive(inputs(config), lonely)
