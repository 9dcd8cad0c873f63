"""What the explorer works out in the browser is what pandas works out from the same file."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from etl.config import ROOT
from etl.contracts import load_contract, load_contracts
from etl.site.assets import prepare_assets
from etl.site.explorer import FIRST_ROWS, cell, describe

CELLS = "scoperture-territoriali"
POSTS = "posti-disponibili"
PROGRAM = """
import { readFileSync } from 'node:fs'
const { leggiParquet } = await import('./theme/static/js/esplora-dati.js')
const calcoli = await import('./theme/static/js/esplora-calcoli.js')
const asked = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const bytes = readFileSync(asked.parquet)
const fields = new Map(asked.fields.map((field) => [field.nome, field]))
const data = await leggiParquet(
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), [...fields.keys()])
const shown = asked.fields.filter((field) => field.predefinita).map((field) => field.nome)
console.log(JSON.stringify(asked.views.map((text) => {
  const view = calcoli.leggiVista(text, fields, shown)
  const { trovate, incerte } = calcoli.filtra(data, fields, view.filtri)
  const rows = view.ordine ? calcoli.ordina(data, fields, trovate, view.ordine) : trovate
  const groups = view.gruppo
    ? calcoli.ordinaGruppi(calcoli.raggruppa(data, fields, rows,
        { campo: view.gruppo, calcolo: view.calcolo, misura: view.misura }),
        view.perValore ? 'valore' : 'chiave')
    : []
  return {
    rows, groups, uncertain: Object.fromEntries(incerte),
    told: groups.map((group) => group.valore === null
      ? calcoli.diciStato(calcoli.statoDelGruppo(group)) : calcoli.diciEsclusi(group.esclusi)),
    csv: view.gruppo
      ? calcoli.gruppiCsv(groups,
          { campo: view.gruppo, calcolo: view.calcolo, misura: view.misura })
      : calcoli.righeCsv(data, view.colonne, rows),
    link: calcoli.scriviVista(view, shown),
  }
})))
"""


def explore(parquet: Path, slug: str, tmp_path: Path, *views: str) -> list[dict[str, Any]]:
    prepare_assets()
    asked = {"parquet": str(parquet), "fields": describe(load_contract(slug)), "views": views}
    path = tmp_path / "richiesta.json"
    path.write_text(json.dumps(asked), encoding="utf-8")
    done = subprocess.run(
        ["node", "--input-type=module", "-", str(path)],
        input=PROGRAM,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def parquet(zone: Path, slug: str) -> Path:
    return zone / "datasets" / slug / f"{slug}.parquet"


def test_filters_and_order_are_those_of_pandas(zone: Path, tmp_path: Path) -> None:
    path = parquet(zone, POSTS)
    frame = pq.read_table(path).to_pandas()
    text, numbers, code, nothing = explore(
        path,
        POSTS,
        tmp_path,
        "filtro=professione:contiene:COMMESSI&ordine=posti:giu",
        "filtro=posti:da:2&filtro=posti:a:2",
        "filtro=turni_notturni:e:N&filtro=codice_provincia:e:097&ordine=professione:su",
        "filtro=professione:e:nessuna",
    )
    jobs = frame[frame["professione"].str.contains("commessi", case=False)]
    assert text["rows"] == list(jobs.sort_values("posti", ascending=False, kind="stable").index)
    assert numbers["rows"] == list(frame.index[frame["posti"] == 2])
    chosen = frame[(frame["turni_notturni"] == "N") & (frame["codice_provincia"] == "097")]
    assert sorted(code["rows"]) == list(chosen.index)
    assert frame.loc[code["rows"], "professione"].is_monotonic_increasing
    assert nothing["rows"] == []


def test_what_is_withheld_passes_no_filter_comes_last_and_is_counted(
    zone: Path, tmp_path: Path
) -> None:
    path = parquet(zone, CELLS)
    frame = pq.read_table(path).to_pandas()
    filtered, down, up = explore(
        path, CELLS, tmp_path, "filtro=imprese:da:0", "ordine=imprese:giu", "ordine=imprese:su"
    )
    hidden = frame["imprese_stato"] == "riservato"
    assert hidden.any()
    assert filtered["rows"] == list(frame.index[~hidden])
    assert filtered["uncertain"] == {"imprese": int(hidden.sum())}
    for view in (down, up):
        assert set(view["rows"][-int(hidden.sum()) :]) == set(frame.index[hidden])


@pytest.mark.parametrize("calculation", ["somma", "media", "minimo", "massimo"])
def test_groups_leave_out_what_is_withheld_and_say_how_much(
    zone: Path, tmp_path: Path, calculation: str
) -> None:
    path = parquet(zone, CELLS)
    frame = pq.read_table(path).to_pandas()
    (view,) = explore(
        path, CELLS, tmp_path, f"gruppo=codice_provincia&calcolo={calculation}:scoperture"
    )
    how = {"somma": "sum", "media": "mean", "minimo": "min", "massimo": "max"}[calculation]
    grouped = frame.groupby("codice_provincia")
    assert [group["chiave"] for group in view["groups"]] == sorted(grouped.groups)
    for group, told in zip(view["groups"], view["told"], strict=True):
        rows = grouped.get_group(group["chiave"])
        hidden = int((rows["scoperture_stato"] == "riservato").sum())
        assert group["righe"] == len(rows)
        assert group["valore"] == pytest.approx(rows["scoperture"].agg(how))
        assert group["esclusi"] == ({"riservato": hidden} if hidden else {})
        assert told == (f"{hidden} riservat{'o' if hidden == 1 else 'i'}" if hidden else "")


def test_a_group_whose_values_are_all_withheld_is_withheld_and_never_zero(
    zone: Path, tmp_path: Path
) -> None:
    frame = pd.read_parquet(parquet(zone, CELLS))
    one = frame["codice_provincia"] == "097"
    for name in ("imprese", "quota_riserva", "scoperture", "scoperture_con_segno"):
        frame.loc[one, name] = None
        frame.loc[one, f"{name}_stato"] = "riservato"
    other = frame.index[frame["codice_provincia"] == "015"]
    frame.loc[other[0], ["scoperture", "scoperture_stato"]] = [None, "non_rilevato"]
    path = tmp_path / "nascosta.parquet"
    frame.to_parquet(path, index=False)
    (view,) = explore(path, CELLS, tmp_path, "gruppo=codice_provincia&calcolo=somma:scoperture")
    told = dict(zip((g["chiave"] for g in view["groups"]), view["told"], strict=True))
    assert told["097"] == "riservato"
    assert "1 non rilevato" in told["015"]
    group = next(g for g in view["groups"] if g["chiave"] == "097")
    assert group["valore"] is None
    assert f"097,pubblicato,{one.sum()},,{one.sum()},0,0\r\n" in view["csv"]


def test_rows_with_a_list_are_in_the_group_of_each_of_its_codes(zone: Path, tmp_path: Path) -> None:
    path = parquet(zone, "sedi-operatori")
    frame = pq.read_table(path).to_pandas()
    (view,) = explore(path, "sedi-operatori", tmp_path, "gruppo=servizi&gruppi=valore")
    counted = frame["servizi"].explode().value_counts()
    assert {g["chiave"]: g["righe"] for g in view["groups"]} == counted.to_dict()
    sizes = [group["righe"] for group in view["groups"]]
    assert sizes == sorted(sizes, reverse=True)


def test_the_selection_is_safe_in_a_spreadsheet(zone: Path, tmp_path: Path) -> None:
    (view,) = explore(parquet(zone, POSTS), POSTS, tmp_path, "colonne=id_posto,mansione")
    published = (zone / f"datasets/{POSTS}/{POSTS}.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK" in published
    assert '"\'=HYPERLINK(""http://male.example"";""clicca"")"' in view["csv"]
    assert not re.search(r"(^|,)\"?[=+@\t\r-]", view["csv"].replace("\r\n", "\n"), re.M)
    assert view["csv"].endswith("\r\n")


def test_a_link_gives_the_view_again_and_one_that_makes_no_sense_opens_all_the_same(
    zone: Path, tmp_path: Path
) -> None:
    good = (
        "filtro=mansione:contiene:a%3Ab%26c&ordine=posti:giu&gruppo=settore"
        "&calcolo=media:posti&gruppi=valore&colonne=provincia,posti"
    )
    bad = "filtro=niente:e:1&filtro=posti:contiene:1&ordine=x&gruppo=__proto__&calcolo=somma:comune"
    view, senseless = explore(parquet(zone, POSTS), POSTS, tmp_path, good, bad)
    again, _ = explore(parquet(zone, POSTS), POSTS, tmp_path, view["link"], bad)
    assert again["link"] == view["link"]
    assert "filtro=mansione%3Acontiene%3Aa%3Ab%26c" in view["link"]
    assert senseless["link"] == ""
    assert len(senseless["rows"]) == pq.read_metadata(parquet(zone, POSTS)).num_rows


def test_a_data_set_without_rows_has_an_explorer_without_rows(zone: Path, tmp_path: Path) -> None:
    path = tmp_path / "vuota.parquet"
    pq.write_table(pq.read_table(parquet(zone, CELLS)).slice(0, 0), path)
    view, grouped = explore(path, CELLS, tmp_path, "", "gruppo=codice_provincia")
    assert (view["rows"], grouped["groups"]) == ([], [])


def test_every_data_set_has_an_explorer_with_its_first_rows(site: Path, zone: Path) -> None:
    for contract in load_contracts():
        folder = site / "dati" / contract.slug
        page = (folder / "esplora" / "index.html").read_text(encoding="utf-8")
        rows = pq.read_metadata(parquet(zone, contract.slug)).num_rows
        body = page.split('<tbody id="corpo">')[1].split("</tbody>")[0]
        assert body.count("<tr>") == min(rows, FIRST_ROWS)
        assert 'href="esplora/"' in (folder / "index.html").read_text(encoding="utf-8")
        shown = [field for field in describe(contract) if field["predefinita"]]
        assert 1 <= len(shown) <= 8


def test_a_withheld_cell_is_never_written_as_a_number() -> None:
    fields = {field["nome"]: field for field in describe(load_contract(CELLS))}
    row = {"imprese": None, "imprese_stato": "riservato"}
    assert cell(fields["imprese"], row)[0] == "riservato"
    assert cell(fields["imprese"], {**row, "imprese_stato": "non_rilevato"})[0] == "non rilevato"
    assert cell(fields["imprese"], {"imprese": 0, "imprese_stato": "pubblicato"})[0] == "0"


def test_the_explorer_keeps_within_its_budget(site: Path) -> None:
    """All of its scripts weigh less than one photograph: 70 kB, as a server sends them."""
    page = (site / f"dati/{POSTS}/esplora/index.html").read_text(encoding="utf-8")
    modules = re.findall(r'rel="modulepreload" href="[./]*(tema/[^"]+)"', page)
    scripts = {*modules, "tema/js/esplora.js"}
    assert len(scripts) == len(modules) + 1
    imported = {
        name.rsplit("/", 1)[-1]
        for script in scripts
        for name in re.findall(
            r"""^(?:import|\}) [^'"]*from ['"]([^'"]+)['"]""",
            (site / script).read_text(encoding="utf-8"),
            re.M,
        )
    }
    assert imported <= {script.rsplit("/", 1)[-1] for script in scripts}
    sent = sum(len(gzip.compress((site / script).read_bytes())) for script in scripts)
    assert sent < 70_000
