"""What the generator promises: the same bytes, fictional people, planted truths."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import ateco
import pytest
from codicefiscale import codicefiscale

from etl.config import ROOT, Config
from etl.contracts import DATASETS, load_supplier_contract
from etl.demo.companies import hostile_texts
from etl.demo.economy import load_economy
from etl.demo.generation import generate
from etl.demo.lexicon import (
    GIVEN_NAMES,
    SURNAMES,
    company_tax_code,
    person_tax_code,
    private_street,
)
from etl.demo.territory import load_territory
from tests.demo.conftest import SCALE, Demo, files_of, tag

PERSONS = ("lavoratoricomputabili", "referente")


def test_the_same_seed_gives_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    generate(demo.config, tmp_path / "di-nuovo", SCALE)
    assert files_of(tmp_path / "di-nuovo") == files_of(demo.folder)


@pytest.mark.parametrize(("hash_seed", "zone"), [("1", "Asia/Tokyo"), ("271", "America/Lima")])
def test_neither_hashes_nor_time_zone_nor_locale_change_a_byte(
    config: Config, tmp_path: Path, hash_seed: str, zone: str
) -> None:
    here, there = tmp_path / "qui", tmp_path / "altrove"
    program = (
        "from pathlib import Path; from etl.config import ROOT, load_config; "
        "from etl.demo.generation import generate; "
        f"generate(load_config(ROOT / 'portale.toml'), Path({str(there)!r}), 0.001)"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone, "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=environment)
    generate(config, here, 0.001)
    assert files_of(there) == files_of(here)


def test_another_seed_gives_other_files(demo: Demo, tmp_path: Path) -> None:
    generate(demo.config, tmp_path, SCALE, seed=7)
    ours, others = files_of(demo.folder), files_of(tmp_path)
    assert set(ours) == set(others)
    # the ambiti are drawn on the territory alone
    assert [name for name in ours if ours[name] == others[name]] == ["ambiti.csv"]


def test_totals_follow_the_scale(demo: Demo, tmp_path: Path) -> None:
    twice = generate(demo.config, tmp_path, 2 * SCALE)
    assert (demo.truth["aziende"], twice.companies) == (300, 600)
    assert 1.5 < twice.posts / demo.truth["posti"] < 2.6
    assert 1.5 < twice.quota / demo.truth["quota_riserva"] < 2.6


def test_about_a_quarter_of_the_reserved_posts_is_uncovered(demo: Demo) -> None:
    assert 0.18 < demo.truth["scoperture"] / demo.truth["quota_riserva"] < 0.32


def test_a_scale_of_nothing_is_refused(config: Config, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="scale"):
        generate(config, tmp_path, 0)


def test_what_was_there_is_replaced_and_other_files_stay(config: Config, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    (out / "prospetti").mkdir(parents=True)
    (out / "prospetti" / "vecchio.zip").write_bytes(b"")
    (out / "appunti.txt").write_text("mio", encoding="utf-8")
    generate(config, out, 0.001)
    assert not (out / "prospetti" / "vecchio.zip").exists()
    assert (out / "appunti.txt").read_text(encoding="utf-8") == "mio"
    assert list(tmp_path.iterdir()) == [out]


def test_progress_is_told_to_the_end(config: Config, tmp_path: Path) -> None:
    told: dict[str, tuple[int, int]] = {}
    generate(
        config,
        tmp_path,
        0.001,
        progress=lambda name, done, total: told.update({name: (done, total)}),
    )
    assert set(told) == {"prospetti", "cataloghi", "monitoraggio", "doti", "iscritti"}
    assert all(done == total > 0 for done, total in told.values())


# -- people


def test_invented_names_are_found_in_no_word_that_a_page_may_hold(demo: Demo) -> None:
    territory = load_territory(demo.config.portale.province, demo.config.portale.anno_geografia)
    words = " ".join(
        [
            *(path.read_text(encoding="utf-8") for path in sorted(DATASETS.rglob("*.*"))),
            *(
                path.read_text(encoding="utf-8")
                for path in sorted((ROOT / "etl/demo/dati").glob("*"))
            ),
            (ROOT / "portale.toml").read_text(encoding="utf-8"),
            *(comune.nome for group in territory.comuni.values() for comune in group),
        ]
    ).lower()
    assert not [name for name in (*SURNAMES, *GIVEN_NAMES) if name.lower() in words]
    assert len(set(SURNAMES)) == len(SURNAMES) >= 2000


def test_no_real_person_has_an_invented_tax_code() -> None:
    codes = [
        person_tax_code(surname, name, 1955 + index % 50, index)
        for index, (surname, name) in enumerate(zip(SURNAMES, GIVEN_NAMES * 24, strict=True))
    ]
    form = re.compile(r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]")
    assert all(form.fullmatch(code) for code in codes)
    assert not [code for code in codes if codicefiscale.is_valid(code)]
    assert len(set(codes)) > 0.9 * len(codes)


def test_a_company_code_has_a_right_control_digit_and_no_issuing_office() -> None:
    code = company_tax_code(1234)
    digits = [int(char) for char in code]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    assert (len(code), total % 10, code[7:10]) == (11, 0, "000")


def test_what_belongs_to_a_person_stands_in_persons_elements_only(demo: Demo) -> None:
    left = "".join(_without_persons(raw) for raw in demo.raw.values())
    tables = [path for path in files_of(demo.folder) if not path.endswith(".zip")]
    left += " ".join((demo.folder / path).read_bytes().decode("latin-1") for path in tables)
    names = {name.lower() for name in (*SURNAMES, *GIVEN_NAMES)}
    assert names.isdisjoint(_words(left))
    assert not names.isdisjoint(_words(demo.raw[min(demo.raw)].decode("utf-8")))
    assert not re.findall(r"\b[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]\b", left)
    assert private_street(3).split()[0] not in left


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def _without_persons(raw: bytes) -> str:
    text = raw.decode("latin-1")
    for name in PERSONS:
        text = re.sub(rf"<{name}>.*?</{name}>", "", text, flags=re.DOTALL)
    return re.sub(r' (delegato|e-mailDelegato)="[^"]*"', "", text)


def test_every_worker_who_counts_is_listed(demo: Demo) -> None:
    for code, root in demo.statements.items():
        for place in root.iter(tag("quadro2")):
            staff = place.find(tag("personaledipendente"))
            assert staff is not None
            heads = int(staff.findtext(tag("categorieprotette")) or 0)
            for name in ("disabili", "centralinisti", "massofisioterapisti"):
                group = staff.find(tag(name))
                assert group is not None
                heads += int(group.findtext(tag("nlavoratoritempopieno")) or 0)
                heads += sum(int(one.text or 0) for one in group.iter(tag("nlavoratoriparttime")))
            assert len(place.findall(tag("lavoratoricomputabili"))) == heads, code


# -- what is planted


def test_hostile_texts_are_all_there(demo: Demo) -> None:
    tasks = {node.text for root in demo.statements.values() for node in root.iter(tag("mansione"))}
    texts, company = hostile_texts()
    assert {text[:200] for text in texts} <= tasks
    names = [root.findtext(f".//{tag('denominazione')}") for root in demo.statements.values()]
    assert any(name and name.startswith(company) for name in names)


def test_companies_with_hostile_texts_consent_to_being_named(demo: Demo) -> None:
    with (demo.folder / "consensi.csv").open(encoding="utf-8", newline="") as lines:
        consents = {row["codice_comunicazione"]: row["consenso"] for row in csv.DictReader(lines)}
    assert {consents.get(code) for code in demo.planted("testo_ostile")} == {"S"}


def test_the_register_of_consents_keeps_its_contract(demo: Demo) -> None:
    with (demo.folder / "consensi.csv").open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
    assert reader.fieldnames == load_supplier_contract("consensi").names
    assert {row["consenso"] for row in rows} == {"S", "N"}
    offering = {
        code
        for code, root in demo.statements.items()
        if root.find(f".//{tag('postilavoro')}") is not None
    }
    assert {row["codice_comunicazione"] for row in rows} <= offering
    assert 0.15 < len(rows) / len(offering) < 0.4


def test_each_province_has_a_company_of_quota_one_with_its_post_covered(demo: Demo) -> None:
    provinces = []
    for code in demo.planted("quota_coperta_da_uno"):
        line = demo.statements[code].find(f".//{tag('riepilogonazionale')}")
        assert line is not None
        names = ("quotariservadisabili", "disabili", "scoperturedisabili")
        assert [line.findtext(tag(name)) for name in names] == ["1", "1", "0"]
        provinces.append(demo.statements[code].findtext(f".//{tag('provincia')}"))
    assert sorted(filter(None, provinces)) == sorted(demo.config.portale.province)


def test_each_province_has_a_company_alone_in_its_sector_and_comune(demo: Demo) -> None:
    places: Counter[tuple[str, str]] = Counter()
    for root in demo.statements.values():
        division = (root.findtext(f".//{tag('settore')}") or "")[:2]
        section = _section(division)
        comuni = {node.text or "" for node in root.iter(tag("comunesedelegale"), tag("comuneass"))}
        places.update((section, comune) for comune in comuni)
    planted = demo.planted("unica_nel_settore_e_comune")
    assert len(planted) == len(demo.config.portale.province)
    for code in planted:
        root = demo.statements[code]
        comune = root.findtext(f".//{tag('comunesedelegale')}") or ""
        assert places[_section((root.findtext(f".//{tag('settore')}") or "")[:2]), comune] == 1


def _section(division: str) -> str:
    node = ateco.lookup(division, edition="2025")
    assert node is not None
    return node.parent or ""


def test_some_statements_use_codes_of_merged_comuni(demo: Demo) -> None:
    territory = load_territory(demo.config.portale.province, demo.config.portale.anno_geografia)
    current = {comune.belfiore for group in territory.comuni.values() for comune in group}
    old = {one.belfiore for one in territory.suppressed}
    assert not old & current
    planted = demo.planted("comune_soppresso")
    assert len(planted) >= 6
    for code in planted:
        root = demo.statements[code]
        assert root.findtext(f".//{tag('comunesedelegale')}") in old
        assert {node.text for node in root.iter(tag("comuneass"))} <= old


def test_a_replaced_statement_is_sent_before_the_one_that_names_it(demo: Demo) -> None:
    for code in demo.planted("prospetto_sostituito"):
        later = demo.statements[code]
        earlier = demo.statements[later.get("codicecomunicazioneprecedente", "")]
        assert earlier.get("dataInvio", "") < later.get("dataInvio", "")
        path = f".//{tag('dichiarante')}/{tag('codicefiscale')}"
        assert earlier.findtext(path) == later.findtext(path)


def test_the_truth_counts_what_the_files_hold(demo: Demo) -> None:
    truth = json.loads((demo.folder / "verita.json").read_text(encoding="utf-8"))
    assert truth == demo.truth
    replaced = {code[:-1] + "0" for code in demo.planted("prospetto_sostituito")}
    kept = [root for code, root in demo.statements.items() if code not in replaced]
    posts = [int(node.text or 0) for root in kept for node in root.iter(tag("nposti"))]
    assert (truth["offerte"], truth["posti"]) == (len(posts), sum(posts))
    assert (truth["prospetti"], truth["aziende"]) == (len(demo.statements), len(kept))
    for kind in truth["seminati"].values():
        assert kind["numero"] == len(kind["dove"]) > 0


# -- plausible words


def test_codes_of_activity_and_of_occupation_exist() -> None:
    economy = load_economy()
    with (DATASETS / "professioni.csv").open(encoding="utf-8", newline="") as lines:
        occupations = {row["qualifica"] for row in csv.DictReader(lines)}
    assert {trade.code for trade in economy.trades.values()} <= occupations
    codes = [code for sector in economy.sectors.values() for code in sector.codes]
    assert not [code for code in codes if not ateco.validate(code, edition="2025")]
    assert all(
        set(sector.trades.values) <= set(economy.trades) for sector in economy.sectors.values()
    )


def test_common_jobs_are_common_and_judges_are_absent(demo: Demo) -> None:
    codes = Counter(
        (node.text or "")[0]
        for root in demo.statements.values()
        for node in root.iter(tag("qualificaprof"))
    )
    assert codes.keys().isdisjoint({"1", "2", "9"})
    assert codes["4"] + codes["8"] > 0.4 * codes.total()
    assert {"3", "5", "7"} <= set(codes)
