"""A region at once gives, for every statement, what one statement at a time gives."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from etl.demo import obligation
from etl.derive.quota.differences import COLUMNS, COMPARED, counts
from etl.derive.quota.law import changes, parameters
from etl.derive.quota.offices import registered_office
from etl.derive.quota.region import NATIONAL, PROVINCIAL, compute_region, size_class
from etl.derive.quota.rules import PROSPETTO
from etl.derive.quota.scalar import evaluate
from etl.derive.quota.statements import arrange
from tests.derive.quota.companies import PROVINCES, SEATS, tables

LAW = parameters(date(2025, 12, 31))
SUMS = (
    "base_computo_art3",
    "base_computo_art18",
    "quota_riserva_disabili",
    "quota_riserva_art18",
    "disabili_in_forza",
    "esonerati",
    "categorie_protette_in_forza",
)


@pytest.mark.parametrize(("seed", "odd_weeks"), [(11, False), (12, True)])
def test_a_region_at_once_equals_one_statement_at_a_time(seed: int, odd_weeks: bool) -> None:
    received = tables(600, seed, odd_weeks=odd_weeks)
    region = compute_region(received)
    statements = arrange(received)
    assert statements.beyond_int64().any() == odd_weeks  # then Python integers are used
    national = region.nazionale.set_index("codice_comunicazione")
    local = region.province.set_index(["codice_comunicazione", "codice_provincia"])
    for index, code in enumerate(statements.codes):
        one = evaluate(PROSPETTO, statements.row(index, LAW), LAW, explain=False)
        for column, figure in NATIONAL.items():
            assert national.at[code, column] == one[figure], (code, column)
        for province, row in one.rows.items():
            for column, figure in PROVINCIAL.items():
                assert local.at[(code, province), column] == row[figure], (code, column)


def test_the_provinces_add_up_to_the_whole() -> None:
    region = compute_region(tables(8000, 21))
    added = region.province.groupby("codice_comunicazione").sum(numeric_only=True)
    whole = region.nazionale.set_index("codice_comunicazione")
    for name in SUMS:
        assert (added[name] == whole[name]).all(), name


def test_without_compensation_the_signed_balances_add_up_too() -> None:
    received = tables(8000, 22)
    received["prospetti-compensazioni"] = received["prospetti-compensazioni"].iloc[:0]
    region = compute_region(received)
    added = region.province.groupby("codice_comunicazione").sum(numeric_only=True)
    whole = region.nazionale.set_index("codice_comunicazione")
    for name in ("scoperture_disabili_con_segno", "scoperture_art18_con_segno"):
        assert (added[name] == whole[name]).all(), name


def test_no_figure_but_the_signed_ones_is_negative() -> None:
    region = compute_region(tables(8000, 23))
    for frame in (region.nazionale, region.province):
        for name in frame.columns:
            if frame[name].dtype == "Int64" and not name.endswith("con_segno"):
                assert (frame[name] >= 0).all(), name


def test_the_order_of_rows_changes_nothing() -> None:
    received = tables(2000, 24)
    shuffled = {
        name: frame.sample(frac=1, random_state=7).reset_index(drop=True)
        for name, frame in received.items()
    }
    first, second = compute_region(received), compute_region(shuffled)
    pd.testing.assert_frame_equal(first.nazionale, second.nazionale)
    pd.testing.assert_frame_equal(first.province, second.province)


def test_the_size_class_follows_the_base() -> None:
    bases = pd.Series([0, 14, 15, 35, 36, 50, 51, 150, 151, 9999, pd.NA], dtype="Int64")
    assert size_class(bases).tolist()[2:10] == [
        "15-35",
        "15-35",
        "36-50",
        "36-50",
        "51-150",
        "51-150",
        "151+",
        "151+",
    ]
    assert size_class(bases).isna().tolist() == [True, True, *[False] * 8, True]


def test_a_change_of_the_law_changes_exactly_the_statements_after_its_date() -> None:
    days = [date(2017, 12, 31), date(2018, 1, 1), date(2025, 12, 31)]
    received = tables(600, 25)
    received["prospetti"]["data_riferimento"] = pd.to_datetime([days[i % 3] for i in range(600)])
    region = compute_region(received).nazionale
    by_itself = compute_region(received, LAW).nazionale
    before = np.arange(600) % 3 == 0
    # the threshold of 15 is not known before the repeal of the rule on new hires
    assert region.loc[before, "quota_riserva_disabili"].isna().all()
    pd.testing.assert_frame_equal(region[~before], by_itself[~before])
    assert date(2018, 1, 1) in changes()


def test_another_percentage_changes_only_the_quotas_that_hang_on_it() -> None:
    received = tables(1000, 26)
    now = compute_region(received, LAW).nazionale
    then = compute_region(received, LAW.with_values(quota_percentuale=15)).nazionale
    over = now["base_computo_art3"] > 50
    assert (
        then.loc[over, "quota_riserva_disabili"] > now.loc[over, "quota_riserva_disabili"]
    ).all()
    pd.testing.assert_frame_equal(now[~over], then[~over])


def test_excluded_categories_count_for_their_scope() -> None:
    received = tables(300, 27)
    base = compute_region(received, LAW).nazionale
    scopes = tuple(
        {"nome": code, "codice": code, "ambito": scope}
        for code, scope in (("0001", "D"), ("0002", "C"))
    )
    law = LAW.with_values(categorie_escluse=scopes)
    scoped = compute_region(received, law).nazionale
    assert (scoped["base_computo_art18"] >= base["base_computo_art18"]).all()
    assert (scoped["base_computo_art3"] >= base["base_computo_art3"]).all()
    assert (scoped["base_computo_art18"] > base["base_computo_art18"]).any()
    assert (scoped["base_computo_art3"] > base["base_computo_art3"]).any()


def test_the_registered_office_is_found_by_its_comune() -> None:
    def found(seat: str | None, sites: list[str], workers: list[int]) -> list[bool]:
        size = len(sites)
        return registered_office(
            np.array([seat], dtype=object),
            np.zeros(size, dtype=np.int64),
            np.array(["015", "016", "058"][:size], dtype=object),
            np.array(sites, dtype=object),
            np.array(workers, dtype=np.int64),
        ).tolist()

    # the site's own comune; a comune of the province; a province that is not listed; no comune
    assert found("A794", ["Z999", "A794", "Z999"], [9, 1, 1]) == [False, True, False]
    assert found("H501", ["Z999", "Z999", "Z999"], [9, 1, 1]) == [False, False, True]
    assert found("L682", ["Z999", "Z999", "Z999"], [1, 5, 5]) == [False, True, False]
    assert found(None, ["Z999", "Z999", "Z999"], [1, 5, 5]) == [False, True, False]
    assert found("L682", ["Z999"], [1]) == [True]
    assert set(SEATS) == set(PROVINCES)


def declared(region: object) -> pd.DataFrame:
    whole = region.nazionale.drop(columns="classe_dimensionale")  # type: ignore[attr-defined]
    return pd.concat(
        [whole, region.province],  # type: ignore[attr-defined]
        ignore_index=True,
    )


def test_a_statement_that_declares_the_right_figures_has_no_difference() -> None:
    received = tables(400, 28)
    received["prospetti-riepilogo"] = declared(compute_region(received))
    found = compute_region(received).differenze
    assert found.empty
    assert list(found.columns) == list(COLUMNS)


def test_each_wrong_figure_is_a_difference_with_both_values() -> None:
    received = tables(50, 29)
    right = compute_region(received)
    table = declared(right)
    code = right.nazionale["codice_comunicazione"].iloc[3]
    at = (table["codice_comunicazione"] == code) & table["codice_provincia"].isna()
    expected = int(table.loc[at, "quota_riserva_disabili"].iloc[0])
    table.loc[at, "quota_riserva_disabili"] = expected + 2
    missing = table["codice_comunicazione"] == right.nazionale["codice_comunicazione"].iloc[5]
    received["prospetti-riepilogo"] = table[~missing]
    found = compute_region(received).differenze
    assert found["tipo"].value_counts().to_dict() == {
        "valore_diverso": 1,
        "riepilogo_assente": 1,
    }
    row = found[found["tipo"] == "valore_diverso"].iloc[0]
    assert (row["codice_comunicazione"], row["cifra"]) == (code, "quota_riserva_disabili")
    assert (row["dichiarato"], row["calcolato"]) == (expected + 2, expected)
    assert pd.isna(row["codice_provincia"])
    public = counts(found)
    assert list(public.columns) == ["tipo", "cifra", "prospetti", "casi"]
    assert public["casi"].sum() == 2


def test_a_province_that_only_one_side_lists_is_a_difference() -> None:
    received = tables(50, 30)
    table = declared(compute_region(received))
    gone = table.index[table["codice_provincia"].notna()][0]
    received["prospetti-riepilogo"] = table.drop(index=gone)
    found = compute_region(received).differenze
    assert found["tipo"].tolist() == ["provincia_assente"]
    assert found["codice_provincia"].tolist() == [table.at[gone, "codice_provincia"]]


def test_a_figure_that_the_law_of_that_day_does_not_give_is_not_called_wrong() -> None:
    received = tables(20, 31, on=date(2017, 12, 31))
    table = declared(compute_region(received, LAW))
    received["prospetti-riepilogo"] = table
    found = compute_region(received).differenze
    assert set(found["tipo"]) == {"non_calcolabile"}
    assert set(found["cifra"]) <= set(COMPARED)


def test_rows_that_belong_to_nothing_are_left_out() -> None:
    received = tables(60, 32)
    expected = compute_region(received)
    stray = received["prospetti-orari"].head(5).assign(codice_comunicazione="X" * 16)
    elsewhere = received["prospetti-province"].head(2).assign(codice_comunicazione="Y" * 16)
    received["prospetti-orari"] = pd.concat([received["prospetti-orari"], stray])
    received["prospetti-province"] = pd.concat([received["prospetti-province"], elsewhere])
    found = compute_region(received)
    pd.testing.assert_frame_equal(found.province, expected.province)


def test_a_week_of_no_minutes_counts_as_full_time() -> None:
    received = tables(1, 33)
    code = received["prospetti"]["codice_comunicazione"].iloc[0]
    province = received["prospetti-province"].head(1).assign(lavoratori=30)
    received["prospetti-province"] = province
    received["prospetti-orari"] = pd.DataFrame(
        {
            "codice_comunicazione": [code],
            "codice_provincia": province["codice_provincia"].tolist(),
            "gruppo_orario": ["dipendenti"],
            "numero": [10],
            "minuti_contratto": [0],
            "minuti_svolti": [600],
        }
    )
    with_hours = compute_region(received).nazionale["base_computo_art3"].iloc[0]
    received["prospetti-orari"] = received["prospetti-orari"].iloc[:0]
    assert compute_region(received).nazionale["base_computo_art3"].iloc[0] == with_hours


def test_statements_can_be_chosen_without_changing_their_figures() -> None:
    received = tables(200, 34)
    statements = arrange(received)
    mask = np.arange(200) % 3 == 1
    part = statements.chosen(mask)
    assert part.codes.tolist() == statements.codes[mask].tolist()
    assert replace(part).rows.sizes["provincia"] == int(mask[statements.owner].sum())
    index = int(np.flatnonzero(mask)[4])
    assert part.row(4, LAW) == statements.row(index, LAW)


def staffs(received: dict[str, pd.DataFrame], code: str) -> list[obligation.Staff]:
    """One statement as the demo generator's own reckoning reads it."""

    def rows(name: str) -> list[dict[str, object]]:
        frame = received[name]
        return frame[frame["codice_comunicazione"] == code].to_dict("records")  # type: ignore[return-value]

    def number(value: object) -> int:
        return 0 if pd.isna(value) else int(value)  # type: ignore[call-overload,no-any-return]

    groups = {
        "disabili": "disabled",
        "centralinisti": "blind_operators",
        "massofisioterapisti": "blind_physiotherapists",
        "telelavoro": "telework",
        "somministrati": "agency",
        "convenzioni": "agreements",
    }
    found: dict[str, obligation.Staff] = {}
    for row in sorted(rows("prospetti-province"), key=lambda row: str(row["codice_provincia"])):
        staff = obligation.Staff(str(row["codice_provincia"]), number(row["lavoratori"]))
        for column, name in groups.items():
            getattr(staff, name).full_time = number(row[f"{column}_tempo_pieno"])
        staff.protected = number(row["categorie_protette"])
        staff.protected_2000 = number(row["categorie_protette_2000"])
        if row["esonero_stato"] == "E":
            staff.exempted = number(row["esonero_lavoratori"])
        staff.self_certified = number(row["esonero60_lavoratori"])
        found[staff.province] = staff
    for row in rows("prospetti-orari"):
        week = obligation.Hours(
            number(row["numero"]), number(row["minuti_contratto"]), number(row["minuti_svolti"])
        )
        staff = found[str(row["codice_provincia"])]
        group = str(row["gruppo_orario"])
        if group == "dipendenti":
            staff.part_time.append(week)
        elif group == "intermittenti":
            staff.on_call.append(week)
        else:
            getattr(staff, groups[group]).part_time.append(week)
    for row in rows("prospetti-escluse"):
        staff = found[str(row["codice_provincia"])]
        staff.excluded.append((str(row["categoria_esclusa"]), number(row["numero"])))
    return list(found.values())


def test_an_independent_reckoning_in_fractions_finds_the_same_national_figures() -> None:
    received = tables(500, 35, odd_weeks=True)
    received["prospetti-compensazioni"] = received["prospetti-compensazioni"].iloc[:0]
    region = compute_region(received)
    for row in region.nazionale.itertuples(index=False):
        people = staffs(received, str(row.codice_comunicazione))
        other, _ = obligation.summarise(people, people[0].province)
        assert (
            row.base_computo_art3,
            row.quota_riserva_disabili,
            row.quota_riserva_art18,
            row.disabili_in_forza,
            row.esonerati,
            row.esuberi_art18,
            row.scoperture_disabili_con_segno,
            row.scoperture_art18_con_segno,
        ) == (
            other.base,
            other.quota,
            other.quota_18,
            other.in_force,
            other.exempted,
            other.surplus_18,
            other.signed,
            other.signed_18,
        ), row.codice_comunicazione


def test_a_region_takes_less_than_a_tenth_of_the_time_of_reading_it() -> None:
    received = tables(30_000, 36)
    received["prospetti-riepilogo"] = declared(compute_region(received))
    best = min(_cpu(received) for _ in range(3))
    # reading goes at some 3,000 statements a second of processor
    assert best < 30_000 / 3_000 / 10


def _cpu(received: dict[str, pd.DataFrame]) -> float:
    start = time.process_time()
    compute_region(received)
    return time.process_time() - start


def test_no_statement_gives_no_row() -> None:
    received = tables(5, 37)
    received["prospetti-riepilogo"] = declared(compute_region(received))
    received = {name: frame.iloc[:0] for name, frame in received.items()}
    region = compute_region(received)
    assert len(region.nazionale) == len(region.province) == len(region.differenze) == 0
    assert "classe_dimensionale" in region.nazionale


def test_a_statement_without_provinces_has_nothing_to_count() -> None:
    received = tables(3, 38)
    code = received["prospetti"]["codice_comunicazione"].iloc[1]
    kept = received["prospetti-province"]["codice_comunicazione"] != code
    received["prospetti-province"] = received["prospetti-province"][kept]
    region = compute_region(received)
    assert region.nazionale.set_index("codice_comunicazione").at[code, "base_computo_art3"] == 0
    assert code not in set(region.province["codice_comunicazione"])
