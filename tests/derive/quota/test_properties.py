"""What holds for every employer, whatever its figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.derive.quota.company import Company, Hours, Province
from etl.derive.quota.law import parameters
from etl.derive.quota.rules import GROUPS, PROSPETTO, rounded
from etl.derive.quota.scalar import Outcome, evaluate

LAW = parameters(date(2025, 12, 31))
CODES = ["012", "013", "015", "016", "017", "058", "097", "108"]

hours = st.builds(
    Hours,
    gruppo=st.sampled_from(GROUPS),
    numero=st.integers(0, 12),
    minuti_contratto=st.sampled_from([2400, 2280, 2250, 2311]),
    minuti_svolti=st.integers(0, 2400),
    oltre_meta=st.booleans(),
)


def province(code: str, **more: st.SearchStrategy[int]) -> st.SearchStrategy[Province]:
    small = st.integers(0, 6)
    return st.builds(
        Province,
        codice=st.just(code),
        lavoratori=st.integers(0, 400),
        disabili_tempo_pieno=small,
        centralinisti_tempo_pieno=st.integers(0, 2),
        telelavoro_tempo_pieno=st.integers(0, 9),
        esclusi_disabili=st.integers(0, 40),
        esclusi_art18=st.integers(0, 40),
        categorie_protette=small,
        categorie_protette_2000=st.integers(0, 3),
        somministrati_tempo_pieno=st.integers(0, 2),
        convenzioni_tempo_pieno=st.integers(0, 2),
        esonero_autorizzato=st.integers(0, 3),
        esonero_autocertificato=st.integers(0, 2),
        orari=st.lists(hours, max_size=3).map(tuple),
        **more,
    )


@st.composite
def companies(draw: st.DrawFn) -> Company:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=5, unique=True))
    parts = tuple(draw(province(code)) for code in codes)
    return Company(parts, draw(st.sampled_from(codes)), draw(st.booleans()))


def worked(company: Company) -> Outcome:
    return evaluate(PROSPETTO, company.row(), LAW, explain=False)


def figure(outcome: Outcome, name: str) -> int:
    value = outcome[name]
    assert value is not None
    return value


@given(companies())
@settings(max_examples=150, deadline=None)
def test_the_provinces_add_up_to_the_whole_and_none_is_negative(company: Company) -> None:
    found = worked(company)
    for name in (
        "base_computo_art3",
        "base_computo_art18",
        "quota_riserva_disabili",
        "quota_riserva_art18",
        "disabili_in_forza",
        "scoperture_disabili_con_segno",
        "scoperture_art18_con_segno",
    ):
        local = [row[f"{name}_provincia"] for row in found.rows.values()]
        assert sum(value or 0 for value in local) == found[name], name
        if not name.endswith("con_segno"):
            assert min(value or 0 for value in local) >= 0, name


@given(companies())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_provinces_changes_nothing(company: Company) -> None:
    turned = replace(company, province=tuple(reversed(company.province)))
    first, second = worked(company), worked(turned)
    assert first.figures == second.figures
    assert first.rows == second.rows


@given(companies(), st.integers(1, 60))
@settings(max_examples=80, deadline=None)
def test_more_workers_never_lower_base_or_quota(company: Company, more: int) -> None:
    first = company.province[0]
    larger = replace(
        company,
        province=(replace(first, lavoratori=first.lavoratori + more), *company.province[1:]),
    )
    before, after = worked(company), worked(larger)
    # one per cent of the larger workforce may leave out that many more protected workers
    spared = figure(after, "protette_non_computate") - figure(before, "protette_non_computate")
    assert figure(after, "base_comune") == figure(before, "base_comune") + more - spared
    assert spared <= more
    for name in ("base_computo_art3", "quota_riserva_disabili", "quota_riserva_art18"):
        assert figure(after, name) >= figure(before, name), name


@given(companies())
@settings(max_examples=80, deadline=None)
def test_one_more_agency_worker_lowers_the_balance_by_one(company: Company) -> None:
    first = company.province[0]
    helped = replace(
        company,
        province=(
            replace(first, somministrati_tempo_pieno=first.somministrati_tempo_pieno + 1),
            *company.province[1:],
        ),
    )
    before, after = worked(company), worked(helped)
    assert figure(after, "saldo") == figure(before, "saldo") - 1
    assert figure(after, "scoperture_disabili") <= figure(before, "scoperture_disabili")


@given(st.integers(0, 5000))
@settings(deadline=None)
def test_the_quota_is_the_percentage_rounded_with_ties_downwards(base: int) -> None:
    found = worked(Company.single(lavoratori=base))
    exact = Fraction(7 * base, 100)
    whole = exact.numerator // exact.denominator
    expected = whole + (1 if exact - whole > Fraction(1, 2) else 0)
    if base > 50:
        assert found["quota_riserva_disabili"] == expected
    assert figure(found, "quota_riserva_disabili") in range(expected - 4, expected + 3)


@pytest.mark.parametrize(("base", "quota"), [(150, 10), (250, 17), (350, 24), (450, 31)])
def test_exact_halves_go_down(base: int, quota: int) -> None:
    assert worked(Company.single(lavoratori=base))["quota_riserva_disabili"] == quota
    assert worked(Company.single(lavoratori=base + 1))["quota_riserva_disabili"] == quota + 1


@given(st.integers(0, 10**30), st.integers(1, 10**20))
@settings(deadline=None)
def test_rounding_is_exact_at_any_size(numerator: int, denominator: int) -> None:
    value = Fraction(numerator, denominator)
    found = rounded(numerator, denominator)
    assert Fraction(-1, 2) <= value - found <= Fraction(1, 2)
    assert value - found != Fraction(-1, 2)


@given(st.lists(hours.map(lambda h: replace(h, gruppo="dipendenti")), max_size=6))
@settings(max_examples=60, deadline=None)
def test_part_time_is_summed_over_all_rows_and_rounded_once(rows: list[Hours]) -> None:
    heads = sum(row.numero for row in rows)
    halves = [Province("015", lavoratori=heads, orari=tuple(rows[::2]))]
    halves.append(Province("016", lavoratori=heads, orari=tuple(rows[1::2])))
    found = worked(Company(tuple(halves), "015"))
    total = sum(
        (
            Fraction(
                row.numero * min(row.minuti_svolti, row.minuti_contratto), row.minuti_contratto
            )
            for row in rows
        ),
        Fraction(0),
    )
    kept = rounded(total.numerator, total.denominator)
    assert found["riduzione_part_time"] == heads - kept


def test_equal_remainders_are_served_by_istat_code() -> None:
    # 51 + 51 + 51: 3,57 each → 4 + 4 + 4 = 12, the whole is 10,71 → 11: one province gives one
    parts = tuple(Province(code, lavoratori=51) for code in ("017", "015", "016"))
    found = worked(Company(parts, "017"))
    quotas = {c: r["quota_riserva_disabili_provincia"] for c, r in found.rows.items()}
    assert quotas == {"015": 3, "016": 4, "017": 4}


def test_a_province_that_would_be_negative_takes_from_the_others() -> None:
    found = worked(
        Company(
            (
                Province("015", lavoratori=90),
                Province("016", lavoratori=5, esclusi_disabili=15),
                Province("017", lavoratori=20),
            ),
            "015",
        )
    )
    assert found["base_computo_art3"] == 100
    bases = {c: r["base_computo_art3_provincia"] for c, r in found.rows.items()}
    assert bases == {"015": 80, "016": 0, "017": 20}


@pytest.mark.parametrize("figures", [{"lavoratori": -1}, {"categorie_protette": -3}])
def test_negative_figures_are_refused(figures: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="non può essere negativo"):
        Company.single(**figures)


def test_an_employer_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="due volte"):
        Company((Province("015"), Province("015")), "015")
    with pytest.raises(ValueError, match="sede legale"):
        Company((Province("015"),), "016")
    with pytest.raises(ValueError, match="gruppo_orario sconosciuto"):
        Hours("altro", 1, 2400, 1200)
