"""Place and sector of an unnamed company are shown only in a crowd."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.contracts import PUBLISHED, WITHHELD, load_contract
from etl.protect.generalization import generalize

CONTRACT = load_contract("posti-disponibili")


def vacancies(rows: list[tuple[str, str, str, str, bool]]) -> pd.DataFrame:
    """Build vacancies from (province, comune, sector, company, named)."""
    frame = pd.DataFrame(
        rows, columns=["codice_provincia", "codice_comune", "settore", "_azienda", "named"]
    ).astype({"named": bool})
    frame["comune"] = "Comune " + frame["codice_comune"]
    frame["lat"], frame["lon"] = 45.0, 9.0
    frame["_denominazione"] = "Ditta " + frame["_azienda"]
    frame["denominazione_azienda"] = frame["_denominazione"].where(frame["named"])
    frame["mansione"] = "Archiviazione di documenti"
    frame["capacita_controindicazioni"] = "Buona vista"
    return frame


def crowded(company_prefix: str, count: int, comune: str = "015001", sector: str = "C") -> list:
    return [("015", comune, sector, f"{company_prefix}{n}", False) for n in range(count)]


def test_three_companies_in_one_sector_and_comune_are_shown_with_both() -> None:
    out = generalize(vacancies(crowded("a", 3)), CONTRACT, 3)
    assert set(out["comune_stato"]) == {PUBLISHED}
    assert set(out["settore_stato"]) == {PUBLISHED}


def test_one_company_alone_in_its_sector_takes_the_smallest_sector_with_it() -> None:
    rows = [
        *crowded("a", 3),
        *crowded("b", 4, sector="G"),
        ("015", "015001", "F", "solo", False),
    ]
    out = generalize(vacancies(rows), CONTRACT, 3)
    hidden = out[out["settore_stato"] == WITHHELD]
    assert set(hidden["_azienda"]) == {"a0", "a1", "a2", "solo"}
    assert hidden["settore"].isna().all()
    assert set(out["comune_stato"]) == {PUBLISHED}


def test_a_comune_with_two_companies_is_withheld_with_its_code_and_point() -> None:
    rows = [*crowded("a", 2), *crowded("b", 3, comune="015002"), *crowded("c", 9, comune="015003")]
    out = generalize(vacancies(rows), CONTRACT, 3)
    hidden = out[out["comune_stato"] == WITHHELD]
    assert set(hidden["_azienda"]) == {"a0", "a1", "b0", "b1", "b2"}
    assert hidden[["comune", "codice_comune", "lat", "lon"]].isna().all(axis=None)


def test_a_company_named_with_consent_is_shown_whole_and_hides_nobody() -> None:
    rows = [*crowded("a", 2), ("015", "015001", "C", "noto", True), *crowded("b", 3, "015002")]
    out = generalize(vacancies(rows), CONTRACT, 3)
    known = out[out["_azienda"] == "noto"].iloc[0]
    assert known["denominazione_azienda"] == "Ditta noto"
    assert known["comune_stato"] == known["settore_stato"] == PUBLISHED
    assert set(out.loc[out["_azienda"].isin(["a0", "a1"]), "comune_stato"]) == {WITHHELD}


def test_a_province_with_too_few_companies_is_left_out() -> None:
    assert generalize(vacancies(crowded("a", 2)), CONTRACT, 3).empty


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Magazziniere presso Ditta a0", WITHHELD),
        ("Scrivere a lavoro@ditta.example", WITHHELD),
        ("Chiamare il 02 5551 2345", WITHHELD),
        ("Turni 8.00-14.00, 36 ore", PUBLISHED),
        ("<script>alert(1)</script>", PUBLISHED),
        (None, "non_rilevato"),
    ],
)
def test_a_text_that_names_the_company_or_its_contacts_is_withheld(
    text: str | None, state: str
) -> None:
    frame = vacancies(crowded("a", 3))
    frame["mansione"] = pd.Series([text] * 3, dtype="str")
    out = generalize(frame, CONTRACT, 3)
    row = out[out["_azienda"] == "a0"].iloc[0]
    assert row["mansione_stato"] == state
    assert pd.notna(row["mansione"]) == (state == PUBLISHED)


def test_a_text_that_names_a_withheld_comune_is_withheld() -> None:
    rows = [*crowded("a", 1), *crowded("b", 2, comune="015002")]
    frame = vacancies(rows)
    frame.loc[0, "mansione"] = "Giardiniere a Comune 015001"
    out = generalize(frame, CONTRACT, 3)
    assert out.loc[out["_azienda"] == "a0", "mansione_stato"].item() == WITHHELD


ROW = st.tuples(
    st.sampled_from(["015", "016"]),
    st.sampled_from(["001", "002", "003", "004"]),
    st.sampled_from(["C", "F", "G"]),
    st.integers(0, 14).map(str),
    st.booleans(),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60), st.integers(2, 4))
def test_every_published_combination_of_unnamed_rows_is_a_crowd(rows: list, k: int) -> None:
    frame = vacancies([(p, p + c, s, company, named) for p, c, s, company, named in rows])
    out = generalize(frame, CONTRACT, k)
    unnamed = out[out["denominazione_azienda"].isna()]
    for keys in (
        ["codice_provincia", "codice_comune"],
        ["codice_provincia", "codice_comune", "settore"],
    ):
        crowds = unnamed.groupby(keys, dropna=False)["_azienda"].nunique()
        assert (crowds >= k).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows: list, shuffle: object) -> None:
    frame = vacancies([(p, p + c, s, company, named) for p, c, s, company, named in rows])
    frame["id"] = range(len(frame))
    order = list(frame.index)
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    columns = ["id", "codice_comune", "settore", "comune_stato", "settore_stato"]
    first = generalize(frame, CONTRACT, 3)[columns].sort_values("id", ignore_index=True)
    second = generalize(frame.loc[order], CONTRACT, 3)[columns].sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(first, second)
