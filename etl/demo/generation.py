"""Write every file that the suppliers of a region would send, invented from beginning to end."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from etl.config import Config
from etl.demo.ambiti import write_ambiti
from etl.demo.archives import write_zip
from etl.demo.catalogues import write_catalogues
from etl.demo.chance import Chance
from etl.demo.companies import Company, Plan, draw_company
from etl.demo.doti import write_doti
from etl.demo.economy import Economy, load_economy
from etl.demo.iscritti import generate_iscritti
from etl.demo.monitoring import write_returns
from etl.demo.offers import write_offers
from etl.demo.plans import plan_companies
from etl.demo.statement_xml import statement_xml
from etl.demo.territory import Territory, load_territory
from etl.demo.truth import Progress, Truth

SEED = 68_1999


def generate(
    config: Config,
    out: Path,
    scale: float = 1.0,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Truth:
    """Write the suppliers' files into `out` and return what was written.

    `out` receives `prospetti/prospetti-<provincia>.zip`, `cataloghi/` (one file for each
    synthetic source of contract «catalogo-operatori»), `iscritti/` (one for each province),
    `cliclavoro.zip` (vacancies), `doti.csv` and `dichiarazioni-operatori.csv`, `consensi.csv`,
    `monitoraggio.csv` (the returns on the measures), `ambiti.csv` (which comuni form each ambito)
    and `verita.json`. The same arguments give the same bytes.
    Raises ValueError where `scale` is not above zero.
    """
    if not scale > 0:
        raise ValueError("scale must be above zero")
    tell = progress or (lambda *_: None)
    territory = load_territory(config.portale.province, config.portale.anno_geografia)
    economy = load_economy()
    truth = Truth(seed, scale)
    stage = out.with_name(f".{out.name}.in-corso")
    shutil.rmtree(stage, ignore_errors=True)
    for folder in ("prospetti", "cataloghi"):
        (stage / folder).mkdir(parents=True)
    _statements(stage, territory, economy, truth, tell)
    write_catalogues(config, stage / "cataloghi", territory, truth, tell)
    write_returns(stage / "monitoraggio.csv", territory, seed, tell)
    write_ambiti(stage / "ambiti.csv", territory, config.portale.anno_geografia)
    write_doti(stage, territory, truth, tell)
    truth.offers, truth.offered = write_offers(
        stage / "cliclavoro.zip", territory, economy, scale, seed
    )
    enrolled = generate_iscritti(config, stage / "iscritti", scale, seed, territory, tell)
    truth.enrolled = sum(enrolled.people.values())
    for province, profile in enrolled.planted.items():
        truth.plant("persona_unica", provincia=province, comune=profile.comune_dichiarato)
    text = json.dumps(truth.as_dict(), ensure_ascii=False, indent=1)
    (stage / "verita.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    _replace(stage, out)
    return truth


def _replace(stage: Path, out: Path) -> None:
    """Put what was written in the place of what was there, only once everything is written."""
    out.mkdir(parents=True, exist_ok=True)
    for new in sorted(stage.iterdir()):
        old = out / new.name
        if old.is_dir():
            shutil.rmtree(old)
        new.replace(old)
    stage.rmdir()


def _statements(
    out: Path, territory: Territory, economy: Economy, truth: Truth, tell: Progress
) -> None:
    plans = plan_companies(territory, economy, truth.scale, truth.seed)
    consents: list[tuple[str, str, date]] = []
    done = 0

    def files(group: list[Plan]) -> Iterator[tuple[str, bytes]]:
        nonlocal done
        for plan in group:
            if plan.trap == "prospetto_sostituito":
                earlier = draw_company(plan, territory, economy, truth.seed, version=0)
                truth.statements += 1
                yield f"{earlier.code}.xml", statement_xml(earlier, truth.seed)
            company = draw_company(plan, territory, economy, truth.seed)
            truth.add(company)
            consents.extend(_consent(company, truth))
            yield f"{company.code}.xml", statement_xml(company, truth.seed)
            done += 1
            if done % 50 == 0:
                tell("prospetti", done, len(plans))

    for province in territory.comuni:
        group = [plan for plan in plans if plan.seat.provincia == province]
        if group:
            write_zip(out / "prospetti" / f"prospetti-{province}.zip", files(group))
    tell("prospetti", len(plans), len(plans))
    _write_consents(out / "consensi.csv", consents)


def _consent(company: Company, truth: Truth) -> Iterator[tuple[str, str, date]]:
    """Yield the company's line in the register of consents, where it has one."""
    chance = Chance(truth.seed, "consenso", company.number)
    hostile = "testo_ostile" in company.planted
    if not company.posts or not (hostile or chance.happens(0.25)):
        return
    answer = "N" if not hostile and chance.happens(0.05) else "S"
    truth.consents[answer] += 1
    yield company.code, answer, company.sent + timedelta(days=chance.between(0, 20))


def _write_consents(path: Path, rows: list[tuple[str, str, date]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(["codice_comunicazione", "consenso", "data_consenso"])
    writer.writerows(sorted(rows))
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
