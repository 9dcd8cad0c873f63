"""Tables of persons counted with perturbation, from who stands in each cell to what is shown."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.config import load_config
from etl.contracts import load_contract
from etl.problems import ReleaseRefusedError
from etl.protect.perturbed import perturb

LIMITS = load_config().riservatezza
SECRET = b"segreto di prova, mai usato altrove"
DETAILED, FINE = load_contract("iscritti-profili"), load_contract("iscritti-comuni")


def members(cells: dict[tuple[str, str], list[str]]) -> pd.DataFrame:
    """Return one row a cell (territory, kind) and person; an empty cell has one without."""
    rows = [
        {"codice_territorio": code, "gruppo_disabilita": group, "_persona": person}
        for (code, group), people in cells.items()
        for person in people or [None]
    ]
    frame = pd.DataFrame(rows).astype("str")
    return frame.assign(classe_eta="totale", sesso="totale")


def crowd(first: int, count: int) -> list[str]:
    return [f"FINTA-{number:06d}" for number in range(first, first + count)]


def shown(contract_slug: str, cells: dict[tuple[str, str], list[str]]) -> pd.Series:
    contract = load_contract(contract_slug)
    table = perturb(members(cells), contract, LIMITS, SECRET)
    return table.set_index(["codice_territorio", "gruppo_disabilita"])["iscritti"]


def test_the_same_people_get_the_same_value_in_every_table() -> None:
    groups = {(f"{code:03}", "totale"): crowd(code * 100, 30 + code) for code in range(1, 40)}
    detailed, fine = shown("iscritti-profili", groups), shown("iscritti-comuni", groups)
    assert detailed.to_dict() == fine.to_dict()
    renamed = {(f"9{code[1:]}", "vista"): people for (code, _), people in groups.items()}
    assert shown("iscritti-profili", renamed).tolist() == detailed.tolist()
    true = [len(people) for people in groups.values()]
    assert detailed.tolist() != true
    assert max(abs(a - b) for a, b in zip(detailed, true, strict=True)) <= 5


def test_a_total_is_perturbed_by_itself_and_is_not_the_sum_of_its_parts() -> None:
    differences = []
    for place in range(30):
        parts = [crowd(place * 1000, 40), crowd(place * 1000 + 500, 40)]
        cells = {
            ("015", "vista"): parts[0],
            ("015", "udito"): parts[1],
            ("015", "totale"): parts[0] + parts[1],
        }
        table = shown("iscritti-profili", cells)
        differences.append(table["015", "totale"] - table["015", "vista"] - table["015", "udito"])
    assert any(difference != 0 for difference in differences)


def test_an_empty_cell_shows_zero_and_no_small_count_is_ever_shown() -> None:
    cells = {(f"{code:03}", "vista"): crowd(code * 100, code % 12) for code in range(1, 200)}
    table = perturb(members({("000", "vista"): [], **cells}), DETAILED, LIMITS, SECRET)
    values = table.set_index("codice_territorio")["iscritti"]
    assert values["000"] == 0
    assert not values.between(1, 4).any()
    assert (table["iscritti_stato"] == "pubblicato").all()
    assert "_persona" not in table


def test_under_the_detailed_threshold_a_count_is_withheld_and_says_so() -> None:
    cells = {(f"{code:03}", "vista"): crowd(code * 100, code % 25) for code in range(1, 200)}
    limits = LIMITS.model_copy(update={"quota_massima_nascosta": 1.0})
    table = perturb(members(cells), FINE, limits, SECRET)
    hidden = table["iscritti_stato"] == "riservato"
    assert hidden.any()
    assert table.loc[hidden, "iscritti"].isna().all()
    assert not table.loc[~hidden, "iscritti"].between(1, 9).any()
    assert (table.loc[~hidden, "iscritti"] == 0).any()


def test_another_secret_gives_other_values() -> None:
    cells = {(f"{code:03}", "vista"): crowd(code * 100, 50) for code in range(1, 30)}
    other = perturb(members(cells), DETAILED, LIMITS, b"un altro segreto di prova, diverso")
    assert other["iscritti"].tolist() != shown("iscritti-profili", cells).tolist()


def test_a_table_that_would_hide_too_much_is_refused_with_a_coarser_one() -> None:
    cells = {(f"{code:03}", "vista"): crowd(code * 100, 7) for code in range(1, 60)}
    cells |= {(f"{code:03}", "totale"): crowd(code * 100, 40) for code in range(1, 60)}
    with pytest.raises(ReleaseRefusedError, match="meno categorie in «gruppo_disabilita»"):
        perturb(members(cells), FINE, LIMITS, SECRET)
