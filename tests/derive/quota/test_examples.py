"""The worked examples of the law, one by one."""

from __future__ import annotations

from datetime import date

import pytest

from etl.derive.quota.company import Company, Hours, Province
from etl.derive.quota.instruments import (
    ACCESSO_ARTICOLO_14,
    ADEMPIMENTI,
    ARTICOLO_14,
    CONTRIBUTO,
    CONVENZIONI,
    DOTE_IMPRESA,
    ESONERO,
    GRADUALITA,
    INCENTIVI,
    SANZIONI,
    SOSPENSIONE,
    day_number,
    easter_monday,
    month_and_day,
    weekday_of,
    year_of,
)
from etl.derive.quota.language import Program
from etl.derive.quota.law import Parameters, parameters
from etl.derive.quota.rules import FASCE, PROSPETTO
from etl.derive.quota.scalar import Outcome, Row, evaluate

LAW = parameters(date(2025, 12, 31))


def statement(company: Company, law: Parameters = LAW) -> Outcome:
    return evaluate(PROSPETTO, company.row(), law)


def simple(program: Program, law: Parameters = LAW, **given: int) -> Outcome:
    return evaluate(program, Row(given), law)


def provinces(**workers: int) -> Company:
    """An employer with workers by province; the first one holds the registered office."""
    codes = {"MI": "015", "BG": "016", "BS": "017", "MN": "020", "CR": "019", "LC": "097"}
    return Company(
        tuple(Province(codes[name], lavoratori=n) for name, n in workers.items()),
        codes[next(iter(workers))],
    )


@pytest.mark.parametrize(
    ("base", "quota"),
    [
        # T1
        (0, 0),
        (14, 0),
        (15, 1),
        (35, 1),
        (36, 2),
        (50, 2),
        (51, 4),
        # T2
        (64, 4),
        (65, 5),
        # T3
        (78, 5),
        (79, 6),
        (92, 6),
        (93, 7),
        (107, 7),
        (108, 8),
        # T4: ties go down
        (150, 10),
        (151, 11),
        (250, 17),
        (350, 24),
        # T5
        (207, 14),
        (208, 15),
        (235, 16),
        (236, 17),
        (1000, 70),
    ],
)
def test_the_quota_follows_the_base(base: int, quota: int) -> None:
    assert statement(Company.single(lavoratori=base))["quota_riserva_disabili"] == quota


@pytest.mark.parametrize(
    ("base", "quota"),
    # T6
    [(50, 0), (51, 1), (150, 1), (151, 2), (249, 2), (250, 2), (251, 3), (350, 3), (351, 4)],
)
def test_the_quota_of_article_18_follows_its_base(base: int, quota: int) -> None:
    assert statement(Company.single(lavoratori=base))["quota_riserva_art18"] == quota


def test_t7_part_timers_lower_the_base_and_one_person_covers_the_quota() -> None:
    found = statement(
        Company.single(
            lavoratori=40, disabili_tempo_pieno=1, orari=(Hours("dipendenti", 10, 2400, 1200),)
        )
    )
    assert found["base_computo_art3"] == 34
    assert found["quota_riserva_disabili"] == 1
    assert found["disabili_in_forza"] == 1
    assert found["scoperture_disabili"] == 0


@pytest.mark.parametrize(("heads", "base"), [(4, 16), (5, 15)])
def test_t8_half_a_person_is_rounded_down(heads: int, base: int) -> None:
    found = statement(
        Company.single(lavoratori=18, orari=(Hours("dipendenti", heads, 2400, 1200),))
    )
    assert found["base_computo_art3"] == base
    assert found["quota_riserva_disabili"] == 1


def test_t9_everything_that_leaves_the_base() -> None:
    found = statement(
        Company.single(
            lavoratori=120,
            disabili_tempo_pieno=4,
            esclusi_disabili=8,
            categorie_protette=2,
            telelavoro_tempo_pieno=2,
            orari=(
                Hours("dipendenti", 12, 2400, 1440),
                Hours("intermittenti", 3, 2400, 600),
            ),
        )
    )
    assert found["protette_non_computate"] == 1
    assert found["riduzione_part_time"] == 5
    assert found["riduzione_intermittenti"] == 2
    assert found["base_computo_art3"] == 98
    assert found["quota_riserva_disabili"] == 7
    assert found["scoperture_disabili"] == 3


@pytest.mark.parametrize(
    ("full_time", "heads", "minutes", "in_force"),
    # T10 and T11
    [(3, 1, 1440, 4), (3, 1, 1200, 3), (3, 1, 960, 3), (0, 3, 960, 1)],
)
def test_a_part_timer_counts_one_only_over_half_the_week(
    full_time: int, heads: int, minutes: int, in_force: int
) -> None:
    found = statement(
        Company.single(
            lavoratori=100,
            disabili_tempo_pieno=full_time,
            orari=(Hours("disabili", heads, 2400, minutes),),
        )
    )
    assert found["disabili_in_forza"] == in_force


@pytest.mark.parametrize(
    ("company", "national", "split"),
    [
        # T12
        (provinces(MI=120, BG=60, BS=40), 15, {"015": 8, "016": 4, "017": 3}),
        # T13: one too many is taken where the remainder is greatest
        (provinces(MI=80, BG=51, BS=51), 13, {"015": 5, "016": 4, "017": 4}),
        # T14: one too few goes to the registered office
        (provinces(MI=64, BG=64, BS=64), 13, {"015": 5, "016": 4, "017": 4}),
        # T15: up to 50 the whole quota stands at the registered office
        (provinces(MN=20, CR=12), 1, {"020": 1, "019": 0}),
    ],
)
def test_the_quota_is_split_among_provinces(
    company: Company, national: int, split: dict[str, int]
) -> None:
    found = statement(company)
    assert found["quota_riserva_disabili"] == national
    assert {
        code: row["quota_riserva_disabili_provincia"] for code, row in found.rows.items()
    } == split


def test_t16_the_contribution_for_exempted_posts() -> None:
    found = simple(
        ESONERO,
        base_computo_art3=200,
        quota_riserva_disabili=14,
        disabili_in_forza=6,
        percentuale_autorizzata=60,
    )
    assert found["esonero_massimo"] == 8
    assert found["esonero_da_pagare"] == 8
    days = [Row({"giorno": day_number(2024, 1, 1) + n}) for n in range(400)]
    working = [
        row
        for row in days
        if evaluate(CONTRIBUTO, Row({"unita": 1}, (row,)), LAW)["giorni_lavorativi"]
    ]
    paid = evaluate(CONTRIBUTO, Row({"unita": 8}, tuple(working[:220])), LAW)
    assert paid["giorni_lavorativi"] == 220
    assert paid["contributo"] == 69_009_60


@pytest.mark.parametrize(
    ("quota", "percentage", "private_security", "units"),
    # T17 and T18
    [(2, 60, 0, 1), (1, 60, 0, 0), (8, 80, 1, 6), (5, 80, 1, 4), (3, 80, 1, 2), (8, 80, 0, 5)],
)
def test_small_quotas_have_their_own_exemption(
    quota: int, percentage: int, private_security: int, units: int
) -> None:
    found = simple(
        ESONERO,
        base_computo_art3=100,
        quota_riserva_disabili=quota,
        percentuale_autorizzata=percentage,
        sicurezza_o_trasporto=private_security,
    )
    assert found["esonero_massimo"] == units


def test_t19_posts_that_may_be_self_certified() -> None:
    found = simple(
        ESONERO,
        base_computo_art3=200,
        quota_riserva_disabili=14,
        disabili_in_forza=5,
        lavoratori_60_per_mille=80,
    )
    assert found["quota_senza_60_per_mille"] == 8
    assert found["esonero_autocertificabile"] == 6


def test_the_two_kinds_of_exemption_add_up_to_the_legal_maximum() -> None:
    found = simple(
        ESONERO,
        base_computo_art3=200,
        quota_riserva_disabili=14,
        percentuale_autorizzata=60,
        esonerati_autocertificati=6,
    )
    assert found["esonero_limite_di_legge"] == 8
    assert found["esonero_massimo"] == 2


@pytest.mark.parametrize(("base", "public", "allowed"), [(35, 0, 0), (36, 0, 1), (300, 1, 0)])
def test_an_exemption_is_for_private_employers_over_35(
    base: int, public: int, allowed: int
) -> None:
    found = simple(ESONERO, base_computo_art3=base, quota_riserva_disabili=8, pubblico=public)
    assert found["esonero_ammesso"] == allowed
    assert (found["esonero_limite_di_legge"] == 0) == (allowed == 0)


def test_t20_compensation_moves_posts_and_leaves_the_total() -> None:
    found = statement(
        Company(
            (
                Province("015", lavoratori=43, riduzione_disabili=1),
                Province("016", lavoratori=14, eccedenza_disabili=1),
            ),
            "015",
        )
    )
    local = {c: r["scoperture_disabili_provincia"] for c, r in found.rows.items()}
    assert local == {"015": 2, "016": 2}
    assert found["scoperture_disabili"] == sum(v or 0 for v in local.values()) == 4


@pytest.mark.parametrize(("quota", "due"), [(10, 7), (5, 3)])
def test_t21_a_suspension_lowers_the_quota_in_proportion(quota: int, due: int) -> None:
    found = simple(SOSPENSIONE, quota_riserva_disabili=quota, percentuale_sospensione=30)
    assert found["quota_non_sospesa"] == due


def test_a_suspension_may_be_counted_in_workers_and_a_collective_dismissal_suspends_all() -> None:
    by_heads = simple(
        SOSPENSIONE, quota_riserva_disabili=10, lavoratori_provincia=100, lavoratori_sospesi=30
    )
    assert by_heads["quota_non_sospesa"] == 7
    dismissal = simple(SOSPENSIONE, quota_riserva_disabili=10, licenziamento_collettivo=1)
    assert dismissal["quota_non_sospesa"] == 0


def test_t22_the_sanction_for_uncovered_posts() -> None:
    found = simple(SANZIONI, posti_scoperti=4, giorni_lavorativi_di_ritardo=60)
    assert found["sanzione_scopertura"] == 47_052_00


def test_t23_the_sanction_for_a_late_statement() -> None:
    found = simple(SANZIONI, prospetto_in_ritardo=1, giorni_di_ritardo_prospetto=10)
    assert found["sanzione_prospetto"] == 1_042_63


EXAMPLE_14 = LAW.with_values(art14_coefficiente=30_000_00, art14_percentuale_massima=30)


@pytest.mark.parametrize(
    ("base", "quota", "covered"),
    # T24: the cap does not hold for a base of 15 to 35
    [(100, 7, 2), (20, 1, 1)],
)
def test_t24_posts_covered_by_an_agreement_of_article_14(
    base: int, quota: int, covered: int
) -> None:
    found = simple(
        ARTICOLO_14,
        EXAMPLE_14,
        base_computo_art3=base,
        quota_riserva_disabili=quota,
        valore_commesse=90_000_00,
    )
    assert found["coperture_per_valore"] == 3
    assert found["coperture"] == covered
    assert found["resto_da_assumere"] == quota - covered


def test_t25_the_excess_of_article_18_covers_posts_of_article_3() -> None:
    found = statement(
        Company.single(
            lavoratori=77,
            disabili_tempo_pieno=2,
            categorie_protette=3,
            categorie_protette_2000=1,
        )
    )
    assert found["quota_riserva_disabili"] == 5
    assert found["quota_riserva_art18"] == 1
    assert found["esuberi_art18"] == 2
    assert found["abbattimento"] == 1
    assert found["scoperture_disabili"] == 2
    assert found.rows["015"]["scoperture_disabili_provincia"] == 2


@pytest.mark.parametrize(("age", "admitted"), [(55, 0), (56, 1)])
def test_u15_older_than_55_means_from_56(age: int, admitted: int) -> None:
    found = simple(ACCESSO_ARTICOLO_14, parameters(date(2021, 12, 31)), eta=age)
    assert found["accesso"] == admitted


def test_u16_the_access_criteria_end_with_2021() -> None:
    found = simple(ACCESSO_ARTICOLO_14, parameters(date(2022, 1, 1)), eta=56)
    assert found["accesso"] is None
    assert found.sentences() == [
        "Regola non più valida salvo proroga: «Art. 14: età che la persona deve superare» valeva "
        "fino al 31 dicembre 2021."
    ]


@pytest.mark.parametrize(
    "criterion",
    ["idoneita_gia_valutata", "disabilita_psichica_o_intellettiva", "relazione_con_supporto"],
)
def test_any_one_criterion_is_enough_where_they_are_alternatives(criterion: str) -> None:
    law = parameters(date(2021, 6, 1))
    assert simple(ACCESSO_ARTICOLO_14, law, **{criterion: 1})["accesso"] == 1
    assert simple(ACCESSO_ARTICOLO_14, law)["accesso"] == 0
    together = law.with_values(art14_modo="cumulativo")
    assert simple(ACCESSO_ARTICOLO_14, together, **{criterion: 1})["accesso"] == 0


def test_the_unknown_cap_of_article_14_is_said_and_not_guessed() -> None:
    law = LAW.with_values(art14_coefficiente=30_000_00)
    large = simple(
        ARTICOLO_14,
        law,
        base_computo_art3=100,
        quota_riserva_disabili=7,
        valore_commesse=90_000_00,
    )
    assert large["coperture_per_valore"] == 3
    assert large["coperture"] is None
    assert (
        "Da verificare: non è noto «Art. 14: parte della quota che la convenzione può coprire»."
        in large.sentences()
    )
    small = simple(
        ARTICOLO_14,
        law,
        base_computo_art3=20,
        quota_riserva_disabili=1,
        valore_commesse=90_000_00,
    )
    assert small["coperture"] == 1


@pytest.mark.parametrize(
    ("base", "quota", "of_12", "of_12bis"),
    [(20, 1, 1, 0), (50, 2, 0, 0), (100, 7, 2, 1), (300, 21, 6, 3)],
)
def test_agreements_have_their_limits(base: int, quota: int, of_12: int, of_12bis: int) -> None:
    found = simple(CONVENZIONI, base_computo_art3=base, quota_riserva_disabili=quota)
    assert found["convenzione12_persone"] == of_12
    assert found["convenzione12bis_persone"] == of_12bis


def test_posts_under_agreement_are_not_left_to_plan() -> None:
    found = simple(
        CONVENZIONI,
        base_computo_art3=100,
        quota_riserva_disabili=7,
        scoperture_disabili=4,
        posti_in_convenzione=3,
    )
    assert found["scoperture_nette"] == 1


def test_graduality_asks_for_a_share_of_the_hires() -> None:
    found = simple(
        GRADUALITA, scoperture_disabili=9, assunzioni_dopo_trasformazione=20, percentuale=15
    )
    assert found["assunzioni_dovute"] == 3


@pytest.mark.parametrize(
    ("reduction", "mind", "percentage", "months"),
    [
        (66, 0, 0, 0),
        (67, 0, 35, 36),
        (79, 0, 35, 36),
        (80, 0, 70, 36),
        (45, 1, 0, 0),
        (46, 1, 70, 60),
        (90, 1, 70, 60),
    ],
)
def test_the_incentive_of_article_13(
    reduction: int, mind: int, percentage: int, months: int
) -> None:
    found = simple(
        INCENTIVI,
        riduzione_capacita=reduction,
        psichica_o_intellettiva=mind,
        retribuzione_mensile=1_500_00,
    )
    assert found["incentivo_percentuale"] == percentage
    assert found["incentivo_mesi"] == months
    assert found["incentivo_totale"] == 15 * percentage * months * 100


def test_the_axes_of_dote_impresa_cap_what_is_paid() -> None:
    found = simple(
        DOTE_IMPRESA,
        assunzioni=2,
        spesa_assunzione=20_000_00,
        spesa_tirocinio=3_500_00,
        spesa_consulenza=1_000_00,
        spesa_isola_tutoraggio=40_000_00,
        spesa_isola_adattamento=10_000_00,
        spesa_isola_consulenza=5_000_00,
        assunzioni_cooperativa=1,
    )
    assert found["dote_assunzione"] == 32_000_00
    assert found["dote_tirocinio"] == 3_000_00
    assert found["dote_consulenza"] == 1_000_00
    assert found["dote_isola_formativa"] == 44_000_00
    assert found["dote_cooperativa"] == 10_000_00


@pytest.mark.parametrize(("week", "working"), [(5, 21), (6, 24)])
def test_working_days_leave_out_holidays_and_the_patron_saint(week: int, working: int) -> None:
    june = tuple(Row({"giorno": day_number(2023, 6, 1) + n}) for n in range(30))
    found = evaluate(
        CONTRIBUTO, Row({"unita": 1, "giorni_settimana": week, "patrono": 624}, june), LAW
    )
    assert found["giorni_lavorativi"] == working


def test_a_holiday_of_the_collective_agreement_is_not_paid() -> None:
    day = day_number(2023, 6, 5)
    rows = (Row({"giorno": day}), Row({"giorno": day + 1, "festa_contratto": 1}))
    assert evaluate(CONTRIBUTO, Row({"unita": 1}, rows), LAW)["giorni_lavorativi"] == 1


@pytest.mark.parametrize(
    "monday",
    [
        "2000-04-24",
        "2008-03-24",
        "2011-04-25",
        "2019-04-22",
        "2024-04-01",
        "2025-04-21",
        "2038-04-26",
    ],
)
def test_easter_monday_is_computed(monday: str) -> None:
    day = date.fromisoformat(monday)
    assert easter_monday(day.year) == (day - date(1970, 1, 1)).days
    assert weekday_of(easter_monday(day.year)) == 0


def test_days_and_dates_agree_with_the_calendar() -> None:
    start = date(1999, 1, 1).toordinal()
    epoch = date(1970, 1, 1).toordinal()
    for ordinal in range(start, start + 365 * 45, 17):
        day = date.fromordinal(ordinal)
        number = ordinal - epoch
        assert day_number(day.year, day.month, day.day) == number
        assert year_of(number) == day.year
        assert month_and_day(number) == day.month * 100 + day.day
        assert weekday_of(number) == day.weekday()


@pytest.mark.parametrize(
    ("year", "cents"), [(2007, 12_91), (2008, 30_64), (2021, 30_64), (2022, 39_21)]
)
def test_the_contribution_is_that_of_its_time(year: int, cents: int) -> None:
    week = tuple(Row({"giorno": day_number(year, 2, 2) + n}) for n in range(7))
    found = evaluate(CONTRIBUTO, Row({"unita": 1}, week), parameters(date(year, 12, 31)))
    assert found["giorni_lavorativi"] == 5
    assert found["contributo"] == cents * 5


def test_the_next_duties_have_a_date() -> None:
    found = simple(
        ADEMPIMENTI,
        anno_riferimento=2025,
        giorno_obbligo=day_number(2025, 12, 31),
        quota_riserva_disabili=1,
    )
    assert found.sentences() == [
        "Il prospetto informativo va inviato entro il 31 gennaio 2026, se rispetto all’ultimo "
        "sono cambiati l’obbligo o la quota.",
        "La richiesta agli uffici va fatta entro 60 giorni dall’obbligo: entro il 1º marzo 2026.",
    ]


def test_a_small_private_employer_counts_one_whatever_the_hours() -> None:
    worker = Hours("disabili", 1, 2400, 600, oltre_meta=True)
    small = Company.single(lavoratori=20, orari=(worker,))
    assert statement(small)["disabili_in_forza"] == 1
    public = Company.single(privato=False, lavoratori=20, orari=(worker,))
    assert statement(public)["disabili_in_forza"] == 0
    large = Company.single(lavoratori=60, orari=(worker,))
    assert statement(large)["disabili_in_forza"] == 0
    repealed = LAW.with_values(forza_intero_piccoli=0)
    assert statement(small, repealed)["disabili_in_forza"] == 0


def test_a_part_time_teleworker_leaves_the_base_whole() -> None:
    found = statement(Company.single(lavoratori=60, orari=(Hours("telelavoro", 4, 2400, 1200),)))
    assert found["base_computo_art3"] == 56


def test_every_step_says_its_rule_its_article_and_what_it_read() -> None:
    found = statement(Company.single(lavoratori=98, disabili_tempo_pieno=0))
    step = next(r for r in found.reasons if r.rule == "quota_riserva_disabili")
    assert step.article == "L. 68/1999, art. 3, c. 1"
    assert step.inputs["base_computo_art3"] == 98
    assert step.inputs["quota_percentuale"] == 7
    assert step.result == 7
    assert step.sentence == (
        "Il 7 per cento di 98 è 6,86: la quota di riserva è 7 (oltre 0,50 si arrotonda in su)."
    )


@pytest.mark.parametrize(
    ("figures", "refused"),
    [
        ({"eccedenza_disabili": 1}, 0),
        ({"eccedenza_disabili": 1, "esonero_autorizzato": 1}, 1),
        ({"eccedenza_disabili": 1, "riduzione_disabili": 1}, 1),
        ({"eccedenza_art18": 1, "riduzione_art18": 2}, 1),
        ({"eccedenza_art18": 1, "riduzione_disabili": 1}, 0),
    ],
)
def test_some_compensations_are_not_allowed(figures: dict[str, int], refused: int) -> None:
    found = statement(Company.single(lavoratori=100, **figures))
    assert found.rows["015"]["compensazione_non_ammessa"] == refused
    said = [r.sentence for r in found.reasons if r.rule == "compensazione_non_ammessa"]
    assert bool(said[0]) == bool(refused)


def test_compensation_inside_a_group_changes_the_national_balance() -> None:
    given_away = Company.single(lavoratori=100, riduzione_disabili=2, riduzione_gruppo_disabili=2)
    assert statement(given_away)["scoperture_disabili"] == 5
    inside = Company.single(lavoratori=100, riduzione_disabili=2)
    assert statement(inside)["scoperture_disabili"] == 7


@pytest.mark.parametrize(
    ("base", "letter"), [(14, ""), (15, "C"), (35, "C"), (36, "B"), (50, "B"), (51, "A")]
)
def test_the_class_of_an_employer_follows_its_base(base: int, letter: str) -> None:
    number = statement(Company.single(lavoratori=base))["fascia"]
    assert FASCE[number or 0] == letter
