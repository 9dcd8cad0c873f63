"""The audit reckons with what ties figures of different tables, whoever protected them."""

from __future__ import annotations

import pandas as pd
import pytest

from etl.audit import audit
from etl.audit.files import read_release
from etl.config import load_config
from etl.contracts import load_contract
from etl.publish.formats import to_parquet

LIMITS = load_config().riservatezza
CONTRACTS = [
    load_contract(slug)
    for slug in (
        "incrocio-copertura",
        "incrocio-flussi",
        "articolo-14",
        "scoperture-province",
        "incrocio-ostacoli",
    )
]
BY_SLUG = {contract.slug: contract for contract in CONTRACTS}


def published(folder, slug: str, rows: list[dict[str, object]]) -> None:
    """Write one table as it is published; a missing figure is withheld."""
    contract = BY_SLUG[slug]
    frame = pd.DataFrame(rows)
    for field in contract.campi:
        name = field.name
        if name.endswith("_stato"):
            shown = frame[name.removesuffix("_stato")].notna()
            frame[name] = shown.map({True: "pubblicato", False: "riservato"})
        elif name not in frame:
            kind = field.definizione.tipo
            frame[name] = {"data": "2025-12-31", "logico": True, "intero": 0}.get(kind, "x")
        if field.definizione.tipo == "intero":
            frame[name] = frame[name].astype("Int64")
    (folder / slug).mkdir()
    (folder / slug / f"{slug}.parquet").write_bytes(
        to_parquet(contract, frame[contract.names], synthetic=True)
    )


def flow(home: str, people: int | None) -> dict[str, object]:
    half = None if people is None else people // 2
    return {
        "provincia_residenza": home,
        "provincia_lavoro": "014",
        "persone_adatte": people,
        "abbinamenti_minimo": half,
        "abbinamenti_massimo": half,
    }


def covered(people: int | None, posts: int = 60) -> dict[str, object]:
    return {
        "codice_provincia": "014",
        "gruppo_professionale": "5",
        "posti": posts,
        "posti_con_candidati": 50,
        "posti_copribili_minimo": 20,
        "posti_copribili_massimo": 25,
        "posti_mancanti": posts - 25,
        "persone_adatte": people,
    }


def failing(folder) -> list[str]:
    report = audit([read_release(folder, CONTRACTS, LIMITS, "uno")])
    assert report.passed is (not report.failing)
    return sorted({f"{universe}.{column}" for universe, column, _ in report.failing})


def test_a_withheld_flow_that_another_table_gives_away_is_found(tmp_path) -> None:
    published(tmp_path, "incrocio-flussi", [flow("014", 20), flow("015", 10), flow("016", None)])
    assert failing(tmp_path) == []
    published(tmp_path, "incrocio-copertura", [covered(33)])
    # who is matched is one of those who suit: what is known of these bounds the others
    assert failing(tmp_path) == [
        f"incrocio-flussi.{name}"
        for name in ("abbinamenti_massimo", "abbinamenti_minimo", "persone_adatte")
    ]


def test_two_withheld_flows_protect_each_other(tmp_path) -> None:
    published(tmp_path, "incrocio-flussi", [flow("014", 20), flow("015", None), flow("016", None)])
    published(tmp_path, "incrocio-copertura", [covered(33)])
    assert failing(tmp_path) == []


def test_public_posts_give_away_what_a_row_withholds_of_them(tmp_path) -> None:
    row = covered(33) | {"posti_mancanti": None}
    published(tmp_path, "incrocio-copertura", [row])
    assert failing(tmp_path) == ["incrocio-copertura.posti_mancanti"]


def test_a_public_bound_lowers_what_can_be_promised_and_no_more(tmp_path) -> None:
    hidden = dict.fromkeys(("posti_in_piu", "coppie_in_piu", "persone_interessate"))
    published(
        tmp_path, "incrocio-ostacoli", [{"requisito": "notte", "posti_con_requisito": 2, **hidden}]
    )
    assert failing(tmp_path) == []


def employers(province: str, *sizes: int | None) -> list[dict[str, object]]:
    return [
        {
            "codice_provincia": province,
            "classe_dimensionale": size,
            **dict.fromkeys(("imprese", "quota_riserva"), count),
            **dict.fromkeys(("scoperture", "scoperture_con_segno"), count and count // 2),
        }
        for size, count in zip(("15-35", "36-50", "51-150"), sizes, strict=True)
    ]


def reported(province: str, companies: int | None) -> dict[str, object]:
    return {
        "codice_provincia": province,
        "periodo": "2025",
        **dict.fromkeys(("imprese_obbligate", "posti_quota"), companies),
        **dict.fromkeys(("convenzioni_attive", "lavoratori_convenzione"), 10),
        "convenzioni_incentivate": 8,
        "cooperative_convenzione": 8,
        "valore_commesse": 400_000.0,
    }


@pytest.mark.parametrize(
    ("second", "found"),
    [
        # the two sources agree where everyone can see it: a reader believes them
        (62, ["scoperture.imprese", "scoperture.quota_riserva"]),
        # they do not: nobody would
        (61, []),
    ],
)
def test_figures_of_two_suppliers_are_believed_where_they_bear_each_other_out(
    tmp_path, second: int, found: list[str]
) -> None:
    published(
        tmp_path,
        "scoperture-province",
        [*employers("014", 40, 20, None), *employers("015", 40, 20, 2)],
    )
    published(tmp_path, "articolo-14", [reported("014", 62), reported("015", second)])
    assert failing(tmp_path) == found


def test_a_belief_that_nothing_agrees_with_is_given_up(tmp_path) -> None:
    published(
        tmp_path,
        "scoperture-province",
        [*employers("014", 40, 30, None), *employers("015", 40, 20, 2)],
    )
    # 62 companies, of which 70 are shown: the two sources cannot speak of the same ones
    published(tmp_path, "articolo-14", [reported("014", 62), reported("015", 62)])
    assert failing(tmp_path) == []


def test_figures_of_one_origin_that_contradict_each_other_do_not_pass(tmp_path) -> None:
    published(tmp_path, "incrocio-copertura", [covered(33) | {"posti": 59}])
    report = audit([read_release(tmp_path, CONTRACTS, LIMITS, "uno")])
    assert report.contradictions == 1
    assert not report.passed


def test_a_release_from_before_a_column_came_is_read_without_it(tmp_path) -> None:
    published(tmp_path, "incrocio-flussi", [flow("014", 20), flow("015", 10), flow("016", None)])
    path = tmp_path / "incrocio-flussi" / "incrocio-flussi.parquet"
    older = pd.read_parquet(path)
    older.drop(columns=["abbinamenti_massimo", "abbinamenti_massimo_stato"]).to_parquet(path)
    assert failing(tmp_path) == []
    published(tmp_path, "incrocio-copertura", [covered(33)])
    assert "incrocio-flussi.persone_adatte" in failing(tmp_path)
    older.drop(columns=["provincia_lavoro"]).to_parquet(path)
    assert failing(tmp_path) == []
