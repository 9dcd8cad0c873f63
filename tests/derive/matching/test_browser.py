"""The browser's module finds, scores and explains what the build does, word for word."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl.config import ROOT, Config, load_config
from etl.contracts import vocabulary
from etl.derive.matching.columns import columns, in_order, planes
from etl.derive.matching.criteria import (
    ABILITY_BIT,
    AREAS,
    CONDITION_BIT,
    CONDITIONS,
    HIGHEST,
    capacity_bit,
)
from etl.derive.matching.distance import metres
from etl.derive.matching.encode import Int, Lots, Places
from etl.derive.matching.explanation import explain
from etl.derive.matching.pairs import RULES as PAIR_RULES
from etl.derive.matching.pairs import possible_pairs
from etl.derive.matching.profiles import Supply, five_digits, places_of, supply
from etl.derive.matching.scoring import scoring
from etl.derive.matching.sentences import degrees, sentences
from etl.derive.matching.sites import explain_site
from etl.derive.matching.to_js import module
from etl.derive.matching.vacancies import demand
from etl.receive.geography import Geography, load_geography
from etl.receive.occupations import load_occupations

NODE = shutil.which("node") or "node"
DAY = date(2025, 12, 31)
PROFILES, VACANCIES, SITES = 10_000, 3_000, 300

# Reads profiles, one a line, and writes what the module makes of them. `guardate` says how many
# results of each kind are also explained.
RUNNER = """
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { apri, cerca, offerta, sede, spiega, spiegaSede } from "./incrocio.mjs";
const regione = apri(JSON.parse(readFileSync("posti.json", "utf-8")));
const out = [];
let giro = 0;
const scelte = (lista) => {
  giro += 1;
  return lista.length === 0 ? [] : [...new Set([0, giro % lista.length])];
};
for await (const line of createInterface({ input: process.stdin })) {
  const profilo = JSON.parse(line);
  if (profilo === "offerte") {
    const righe = Array.from({ length: regione.offerte.quante }, (_, i) => offerta(regione, i));
    const sedi = Array.from(regione.sedi.comune, (_, i) => sede(regione, i));
    out.push(JSON.stringify({ righe, sedi }));
    continue;
  }
  const esito = cerca(regione, profilo);
  const conSedi = out.length < 2_000;
  const intero = {
    adatte: esito.adatte.prendi(0).map((v) => [v.distanza, v.punteggio, v.riga]),
    forse: esito.forse.prendi(0).map((v) => [v.distanza, v.riga]),
    escluse: esito.escluse.prendi(0).map((v) => [v.ostacoli, v.distanza, v.riga]),
    sedi: conSedi && esito.sedi.prendi(0).map((v) => [v.distanza, v.riga]),
    sediEscluse:
      conSedi && esito.sediEscluse.prendi(0).map((v) => [v.ostacoli, v.distanza, v.riga]),
    unOstacolo: esito.unOstacolo,
  };
  for (const nome of ["adatte", "forse", "escluse"]) {
    intero[`${nome}Perche`] = scelte(esito[nome]).map((n) => [
      esito[nome].riga(n), spiega(regione, profilo, esito[nome].riga(n)),
    ]);
  }
  for (const nome of ["sedi", "sediEscluse"]) {
    intero[`${nome}Perche`] = scelte(esito[nome]).map((n) => [
      esito[nome].riga(n), spiegaSede(regione, profilo, esito[nome].riga(n)),
    ]);
  }
  out.push(JSON.stringify(intero));
}
process.stdout.write(out.join("\\n") + "\\n");
"""


def phrases() -> list[str]:
    """What the demonstration's companies write, and a sentence that no pattern knows."""
    path = ROOT / "etl" / "demo" / "dati" / "frasi.toml"
    known = tomllib.loads(path.read_text(encoding="utf-8"))["capacita"]
    found = sorted({text for part in known.values() for text in _flat(part)})
    return [*found, "Richiesta la patente B", "Solo tempo pieno", "Parole che nessuno capisce"]


def _flat(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    return [
        text for item in (part.values() if isinstance(part, dict) else part) for text in _flat(item)
    ]


@dataclass(frozen=True)
class World:
    """Released vacancies and sites, profiles as offices send them, and the browser's files."""

    config: Config
    geography: Geography
    vacancies: pd.DataFrame
    sites: pd.DataFrame
    profiles: pd.DataFrame
    folder: Path

    @cached_property
    def comuni(self) -> pd.DataFrame:
        return self.geography.comuni.sort_values(["comune", "codice_comune"], kind="stable")

    @cached_property
    def supply(self) -> Supply:
        return supply(self.profiles, self.geography, load_occupations(), DAY)

    @cached_property
    def places(self) -> Places:
        return places_of(self.geography)[0]

    @cached_property
    def rows(self) -> pd.DataFrame:
        return in_order(self.vacancies)

    @cached_property
    def without_comune(self) -> dict[int, str]:
        """The province of each vacancy whose comune is withheld, by row."""
        hidden = self.rows[self.rows["codice_comune"].isna()]
        return hidden["codice_provincia"].to_dict()  # type: ignore[return-value]

    def run(self, lines: list[str], program: str = "esegui") -> list[Any]:
        done = subprocess.run(
            [NODE, f"{program}.mjs"],
            cwd=self.folder,
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    @cached_property
    def order(self) -> list[int]:
        """The row of `profiles` of each of the supply's people."""
        at = {code: place for place, code in enumerate(self.profiles["id_persona"])}
        return [at[code] for code in self.supply.ids]

    @cached_property
    def answers(self) -> list[Any]:
        spots = {code: place for place, code in enumerate(self.comuni["codice_comune"])}
        rows = self.profiles.to_dict("records")
        return self.run([json.dumps(as_form(rows[at], spots)) for at in self.order])


def as_form(row: Any, spots: dict[str, int]) -> dict[str, Any]:
    """What the page's form makes of a profile."""
    groups, access = list(vocabulary("gruppi_disabilita")), list(vocabulary("accessibilita"))
    return {
        "professioni": [five_digits(code) for code in row["qualifiche_cercate"]],
        "comune": spots[row["_codice_comune"]],
        "limite": row["distanza_massima_m"],
        "mezzoProprio": row["mezzo"] == "proprio",
        "ore": row["ore_massime"],
        "capacita": [HIGHEST - row[f"limitazione_{area}"] for area in AREAS],
        "escluse": sum(1 << CONDITIONS.index(name) for name in row["condizioni_escluse"]),
        "lista": row["lista"],
        "aiuto": row["fascia_aiuto"],
        "titolo": list(vocabulary("titolo_studio")).index(row["titolo_studio"]),
        "gruppo": -1 if row["_chiede_esperienza"] == 0 else groups.index(row["gruppo_disabilita"]),
        "accessi": sum(1 << access.index(name) for name in row["_accessi"]),
    }


def invented(geography: Geography) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(20_251_231)
    comuni = geography.comuni
    crowd = comuni["popolazione"].to_numpy(float)
    spots = comuni[["codice_comune", "codice_provincia"]].to_dict("records")
    homes = iter(
        draw.choice(len(spots), VACANCIES + SITES + PROFILES, p=crowd / crowd.sum()).tolist()
    )
    known = load_occupations()
    jobs = known.iloc[np.sort(draw.choice(len(known), 140, replace=False))]
    texts = phrases()

    def some(values: list[str], most: int, share: float = 0.5) -> list[str]:
        count = int(draw.integers(0, most + 1)) if draw.random() < share else 0
        return [str(one) for one in draw.choice(values, count, replace=False)]

    vacancies = []
    for number in range(VACANCIES):
        place = spots[next(homes)]
        job = jobs.iloc[int(draw.integers(len(jobs)))]
        hidden, silent = draw.random() < 0.05, draw.random() < 0.02
        vacancies.append(
            {
                "id_posto": f"posto-{number:05}",
                "codice_provincia": place["codice_provincia"],
                "codice_comune": None if hidden else place["codice_comune"],
                "qualifica": job["qualifica"],
                "professione": job["professione"],
                "mansione": None if silent else f"Compito {draw.integers(4)}",
                "mansione_stato": "riservato" if silent else "pubblicato",
                "posti": int(draw.integers(1, 90 if number % 50 == 0 else 4)),
                "categoria_soggetto": str(draw.choice(["D", "C"], p=[0.9, 0.1])),
                "capacita_controindicazioni": None
                if silent
                else ". ".join(some(texts, 4, 0.9)) or None,
                "capacita_controindicazioni_stato": "riservato" if silent else "pubblicato",
                "barriere_architettoniche": str(draw.choice(["S", "N"], p=[0.2, 0.8])),
                "turni_notturni": str(draw.choice(["S", "N"], p=[0.2, 0.8])),
                "mezzi_pubblici": str(draw.choice(["S", "N"], p=[0.8, 0.2])),
                "categoria_assunzione": str(draw.choice(["NO", "NU"])),
                "settore": None if hidden else str(draw.choice(["C", "G", "R"])),
                "settore_stato": "riservato" if hidden else "pubblicato",
                "denominazione_azienda": f"Ditta {number % 70}" if number % 4 == 0 else None,
            }
        )
    groups, access = list(vocabulary("gruppi_disabilita")), list(vocabulary("accessibilita"))
    sites = []
    for number in range(SITES):
        place = spots[next(homes)]
        sites.append(
            {
                "id_sede": f"sede-{number:04}",
                "id_operatore": f"operatore-{number % 90:02}",
                "denominazione_operatore": f"Operatore {number % 90:02}",
                "codice_comune": place["codice_comune"],
                "gruppi_disabilita": some(groups, 5, 0.9),
                "accessibilita": some(access, 6, 0.9),
                "telefono": "02 0000 0000" if number % 2 else None,
            }
        )
    profiles = []
    codes, offered = known["qualifica"].tolist(), jobs["qualifica"].tolist()
    for number in range(PROFILES):
        place = spots[next(homes)]
        wanted = [offered[at] for at in draw.integers(len(offered), size=int(draw.integers(1, 6)))]
        if number % 3 == 0:
            wanted[-1] = codes[int(draw.integers(len(codes)))]
        limits = draw.choice(5, len(AREAS), p=[0.62, 0.18, 0.11, 0.07, 0.02])
        profiles.append(
            {
                "id_persona": f"FINTA-{number:016d}",
                "comune_dichiarato": place["codice_comune"],
                "_codice_comune": place["codice_comune"],
                "provincia_fornitore": place["codice_provincia"],
                "gruppo_disabilita": str(draw.choice(groups)),
                "lista": str(draw.choice(["D", "C"], p=[0.9, 0.1])),
                "fascia_aiuto": int(draw.integers(1, 5)),
                "data_iscrizione": pd.Timestamp("2020-12-31"),
                "titolo_studio": str(draw.choice(list(vocabulary("titolo_studio")))),
                "qualifiche_cercate": tuple(dict.fromkeys(wanted)),
                **{f"limitazione_{area}": int(n) for area, n in zip(AREAS, limits, strict=True)},
                "condizioni_escluse": tuple(some(list(CONDITIONS), 4)),
                "distanza_massima_m": int(draw.integers(1_000, 90_000)),
                "mezzo": str(draw.choice(["mezzi_pubblici", "proprio"])),
                "ore_massime": int(draw.choice([20, 25, 30, 35, 36, 40])),
                "disponibile": "S",
                "codice_operatore": None,
                "_chiede_esperienza": int(draw.integers(0, 3)),
                "_accessi": tuple(some(access, 2)),
            }
        )
    return pd.DataFrame(vacancies), pd.DataFrame(sites), pd.DataFrame(profiles)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    config = load_config()
    geography = load_geography(config)
    vacancies, sites, profiles = invented(geography)
    folder = tmp_path_factory.mktemp("cerca")
    text = columns(vacancies, sites, geography.comuni, config)
    (folder / "posti.json").write_text(text, encoding="utf-8")
    (folder / "incrocio.mjs").write_text(module(config.incrocio), encoding="utf-8")
    (folder / "esegui.mjs").write_text(RUNNER, encoding="utf-8")
    return World(config, geography, vacancies, sites, profiles, folder)


@dataclass(frozen=True)
class Placed:
    """Vacancies as lots: those with a comune, and every place where the others could be."""

    lots: Lots
    row: Int


def placed(world: World, hidden: bool) -> Placed:
    _, place_of = places_of(world.geography)
    rows = world.rows.reset_index(names="_riga")
    if hidden:
        rows = rows[rows["codice_comune"].isna()].drop(columns="codice_comune")
        where = world.geography.comuni[["codice_comune", "codice_provincia"]]
        rows = rows.merge(where, on="codice_provincia")
        rows["id_posto"] += rows["codice_comune"]
    found = demand(rows, place_of, world.config.incrocio)
    return Placed(found.lots, found.rows["_riga"].to_numpy())


def by_person(person: Int, *values: Int) -> dict[int, list[tuple[int, ...]]]:
    found: dict[int, list[tuple[int, ...]]] = {}
    for one, *rest in zip(person.tolist(), *(column.tolist() for column in values), strict=True):
        found.setdefault(one, []).append(tuple(rest))
    return found


def test_ten_thousand_profiles_get_the_same_vacancies_in_the_same_order_with_the_same_scores(
    world: World,
) -> None:
    places = world.places
    people, rules = world.supply.people, scoring(world.config.incrocio)
    assert len(people) == PROFILES
    known = placed(world, hidden=False)
    pairs = possible_pairs(places, people, known.lots, rules)
    assert len(pairs) > PROFILES
    person = pairs.person
    far = metres(places.points[people.place[person]], places.points[known.lots.place[pairs.lot]])
    expected = by_person(person, far, pairs.score, known.row[pairs.lot])
    for at, answer in enumerate(world.answers):
        wanted = sorted(expected.get(at, []), key=lambda one: (one[0], -one[1], one[2]))
        assert [tuple(one) for one in answer["adatte"]] == wanted, at


def test_a_vacancy_without_a_comune_is_possible_where_some_comune_of_its_province_is(
    world: World,
) -> None:
    places = world.places
    people, rules = world.supply.people, scoring(world.config.incrocio)
    anywhere = placed(world, hidden=True)
    pairs = possible_pairs(places, people, anywhere.lots, rules)
    expected = by_person(pairs.person, anywhere.row[pairs.lot])
    nearest = nearest_of_provinces(places, people.place)
    number = {code: place for place, code in enumerate(places.provinces)}
    province = [number[code] for code in world.rows["codice_provincia"]]
    assert expected
    for at, answer in enumerate(world.answers):
        rows = {row for (row,) in expected.get(at, [])}
        wanted = sorted((int(nearest[at, province[row]]), row) for row in rows)
        assert [tuple(one) for one in answer["forse"]] == wanted, at


def nearest_of_provinces(places: Places, home: Int) -> Int:
    """Metres from each person to the nearest comune of each province."""
    columns = []
    for number in range(len(places.provinces)):
        inside = places.points[places.province == number]
        columns.append(
            np.array([metres(places.points[at], inside).min() for at in range(len(places.points))])
        )
    found: Int = np.stack(columns, axis=1)[home]
    return found


def test_what_is_left_out_is_left_out_for_the_reasons_that_offices_are_told(world: World) -> None:
    places = world.places
    people, rules = world.supply.people, scoring(world.config.incrocio)
    lots, row_of = nearest_lots(world)
    lot_of = {row: lot for lot, row in enumerate(row_of.tolist())}
    families = lots.occupation.astype(np.int64) // 10 ** (5 - rules.digits)
    looked = silent = 0
    for at, answer in enumerate(world.answers):
        wants = people.wants[at].astype(np.int64)
        near = np.isin(families, wants[wants > 0] // 10 ** (5 - rules.digits))
        found = [one[-1] for name in ("adatte", "forse", "escluse") for one in answer[name]]
        assert sorted(found) == sorted(row_of[near].tolist()), at
        assert answer["escluse"] == sorted(answer["escluse"]), at
        explained = {one[-1]: one for one in answer["escluse"]}
        for name in ("adatte", "forse", "escluse"):
            for row, said in answer[f"{name}Perche"]:
                lot = moved(world, lots, lot_of[row], at, row)
                told = explain(places, people, at, *lot, rules, voice="tu")
                assert said["possibile"] == told.possible, (at, row)
                assert said["ostacoli"] == list(told.obstacles), (at, row)
                assert said["distanza"] == told.distance, (at, row)
                if name == "escluse":
                    assert explained[row][:2] == [len(told.obstacles), told.distance]
                certain = said["certa"]
                points = [list(one) for one in told.points if certain or one[0] != "vicinanza"]
                if world.rows["capacita_controindicazioni_stato"][row] == "riservato" and points:
                    points[1][-1] = sentences("tu")["capacita_riservate"]
                    silent += 1
                assert said["punti"] == points, (at, row)
                assert said["punteggio"] == (told.score if certain else None), (at, row)
                looked += 1
    assert looked > 2 * PROFILES
    assert silent > 10


def nearest_lots(world: World) -> tuple[Lots, Int]:
    """All vacancies as lots; those without a comune stand anywhere, to be moved."""
    _, place_of = places_of(world.geography)
    rows = world.rows.reset_index(names="_riga")
    rows["codice_comune"] = rows["codice_comune"].fillna(world.geography.comuni["codice_comune"][0])
    found = demand(rows, place_of, world.config.incrocio)
    return found.lots, found.rows["_riga"].to_numpy()


def moved(world: World, lots: Lots, lot: int, person: int, row: int) -> tuple[Lots, int]:
    """The vacancy, put in its province's comune that is nearest to the person if it has none."""
    if row not in world.without_comune:
        return lots, lot
    places = world.places
    inside = np.flatnonzero(places.province == places.provinces.index(world.without_comune[row]))
    home = places.points[world.supply.people.place[person]]
    where = int(inside[metres(home, places.points[inside]).argmin()])
    one = lots.take(np.array([lot]))
    return replace(one, place=np.array([where], dtype=np.int32)), 0


def test_what_alone_stands_in_the_way_is_counted_by_name(world: World) -> None:
    people = world.supply.people
    lots, row_of = nearest_lots(world)
    lot_of = {row: lot for lot, row in enumerate(row_of.tolist())}
    meaning = {bit: name for name, bit in CONDITION_BIT.items()}
    needs = {bit: name for name, bit in ABILITY_BIT.items()}
    needs |= {capacity_bit(area, level): area for area in AREAS for level in range(1, HIGHEST + 1)}
    named: set[str] = set()
    for at, answer in enumerate(world.answers[:1_500]):
        counts: dict[str, int] = {}
        for obstacles, _, row in answer["escluse"]:
            if obstacles > 1:
                continue
            lot = lot_of[row]
            excluded = int(people.excluded[at]) & int(lots.conditions[lot])
            lacking = int(lots.required[lot]) & ~int(people.able[at])
            name = meaning[excluded] if excluded else needs[lacking] if lacking else "lontano"
            counts[name] = counts.get(name, 0) + 1
        wanted = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        assert [tuple(one) for one in answer["unOstacolo"]] == wanted, at
        named |= set(counts)
    assert {"lontano", "turni_notturni", "patente", "riservato_C", "vista"} <= named


def test_sites_suit_by_the_same_rule_for_the_same_reasons(world: World) -> None:
    places, place_of = places_of(world.geography)
    home = world.supply.people.place
    sites = world.sites.sort_values(
        ["codice_comune", "denominazione_operatore", "id_sede"], kind="stable"
    ).to_dict("records")
    spots = places.points[[place_of[site["codice_comune"]] for site in sites]]
    rows = world.profiles.to_dict("records")
    suitable = 0
    for at, answer in enumerate(world.answers[:2_000]):
        row = rows[world.order[at]]
        group = row["gruppo_disabilita"] if row["_chiede_esperienza"] else None
        far = metres(places.points[home[at]], spots)
        good, bad = [], []
        told = {}
        for number, site in enumerate(sites):
            told[number] = explain_site(
                int(far[number]),
                row["distanza_massima_m"],
                group,
                row["_accessi"],
                site["gruppi_disabilita"],
                site["accessibilita"],
                voice="tu",
            )
            count = len(told[number].obstacles)
            if count:
                bad.append([count, int(far[number]), number])
            else:
                good.append([int(far[number]), number])
        assert answer["sedi"] == sorted(good), at
        assert answer["sediEscluse"] == sorted(bad), at
        suitable += len(good)
        for number, said in [*answer["sediPerche"], *answer["sediEsclusePerche"]]:
            assert said["ostacoli"] == list(told[number].obstacles)
            assert said["ragioni"] == list(told[number].reasons)
            assert said["distanza"] == far[number]
    assert suitable > 2_000


def test_the_columns_give_back_what_was_released_and_nothing_that_was_withheld(
    world: World,
) -> None:
    (shown,) = world.run(['"offerte"'])
    rows = world.rows.astype("object").where(world.rows.notna(), None).to_dict("records")
    names = dict(zip(world.comuni["codice_comune"], world.comuni["comune"], strict=True))
    assert len(shown["righe"]) == len(rows)
    for seen, row in zip(shown["righe"], rows, strict=True):
        assert seen["professione"] == row["professione"]
        assert seen["mansione"] == row["mansione"]
        assert seen["comune"] == (names[row["codice_comune"]] if row["codice_comune"] else None)
        assert seen["provincia"] == row["codice_provincia"]
        assert seen["posti"] == row["posti"]
        sector = row["settore"] and vocabulary("settore")[row["settore"]].it
        assert seen["settore"] == sector
        assert seen["azienda"] == row["denominazione_azienda"]
        assert seen["numerica"] == (row["categoria_assunzione"] == "NU")
        assert seen["altre"] == (row["categoria_soggetto"] == "C")
        if row["capacita_controindicazioni_stato"] == "riservato":
            assert seen["richieste"] is None
        else:
            text = row["capacita_controindicazioni"] or ""
            assert ". ".join(seen["richieste"]) == text
            unknown = "Parole che nessuno capisce"
            assert seen["nonCapite"] == ([unknown] if unknown in text else [])
    assert len(shown["sedi"]) == SITES
    assert {site["telefono"] for site in shown["sedi"]} == {"", "02 0000 0000"}


def test_the_columns_do_not_depend_on_the_order_of_the_rows(world: World) -> None:
    text = (world.folder / "posti.json").read_text(encoding="utf-8")
    shuffled = [
        table.sample(frac=1, random_state=5, ignore_index=True)
        for table in (world.vacancies, world.sites, world.geography.comuni)
    ]
    assert columns(*shuffled, world.config) == text


def test_numbers_are_written_in_as_many_texts_as_the_greatest_has_digits() -> None:
    assert planes([0, 1, 61]) == ["01Z"]
    assert planes([0, 62, 3_843]) == ["01Z", "00Z"]
    assert planes([]) == [""]


def test_nothing_to_search_is_searched_without_a_fault(world: World, tmp_path: Path) -> None:
    for name in ("incrocio.mjs", "esegui.mjs"):
        shutil.copy(world.folder / name, tmp_path / name)
    text = columns(
        world.vacancies.iloc[:0], world.sites.iloc[:0], world.geography.comuni, world.config
    )
    (tmp_path / "posti.json").write_text(text, encoding="utf-8")
    empty = replace(world, folder=tmp_path)
    spots = {code: place for place, code in enumerate(world.comuni["codice_comune"])}
    (answer,) = empty.run([json.dumps(as_form(world.profiles.iloc[0].to_dict(), spots))])
    assert answer["adatte"] == answer["escluse"] == answer["sedi"] == []


# Searches for every profile, and tells how long one search takes beside making the columns ready.
TIMER = """
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { apri, cerca } from "./incrocio.mjs";
const dati = JSON.parse(readFileSync("posti.json", "utf-8"));
const quanto = (fa) => {
  const prima = process.cpuUsage();
  fa();
  const { user, system } = process.cpuUsage(prima);
  return user + system;
};
let regione;
const pronta = quanto(() => { regione = apri(dati); });
const ricerche = [];
for await (const line of createInterface({ input: process.stdin })) {
  const profilo = JSON.parse(line);
  ricerche.push(quanto(() => cerca(regione, profilo)));
}
ricerche.sort((a, b) => a - b);
const n = ricerche.length;
console.log(JSON.stringify([pronta, ricerche[n >> 1], ricerche[Math.floor(n * 0.99)]]));
"""


def test_a_search_is_much_shorter_than_making_the_columns_ready(world: World) -> None:
    (world.folder / "tempi.mjs").write_text(TIMER, encoding="utf-8")
    spots = {code: place for place, code in enumerate(world.comuni["codice_comune"])}
    rows = world.profiles.head(1_000).to_dict("records")
    ((ready, half, most),) = world.run([json.dumps(as_form(row, spots)) for row in rows], "tempi")
    assert half < ready / 10
    assert most < ready


def test_every_sentence_has_both_voices_with_the_same_words_to_fill() -> None:
    offices, person = sentences("ufficio"), sentences("tu")
    assert offices.keys() == person.keys()
    assert all(text.endswith(".") and text[0].isupper() for text in person.values())
    assert all(len(words) == HIGHEST + 1 for words in degrees().values())


def test_the_module_is_the_same_each_time_and_asks_nothing_of_the_network() -> None:
    config = load_config().incrocio
    text = module(config)
    assert text == module(config)
    assert "import " not in text
    for word in (
        "fetch(",
        "XMLHttpRequest",
        "http",
        "eval(",
        "Date",
        "Math.random",
        "localStorage",
    ):
        assert word not in text
    for rule in PAIR_RULES:
        assert f"function {rule.__name__}(" in text


def test_other_weights_reach_the_browser() -> None:
    config = load_config().incrocio
    changed = config.model_copy(update={"cifre_professione": 4, "gradi_tollerati": 0})
    assert '"cifre": 4' in module(changed)
    assert '"tollerati": 0' in module(changed)
