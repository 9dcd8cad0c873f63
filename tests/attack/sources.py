"""Suppliers' files of a small region, and what a month changes in them."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from etl.config import Config, Source, load_config
from etl.demo.archives import write_zip
from etl.demo.generation import generate

PROVINCES = ("016", "097", "098")
SCALE = 0.02
SEED = 5

STATEMENTS = ("prospetti", "consensi")
ALL = (*STATEMENTS, "iscritti", "ritorni-monitoraggio", "catalogo-operatori")

Statements = dict[str, str]
_COUNT = r"(<{tag}>)(\d+)(</{tag}>)"


def small_region(demo: Path, contracts: Iterable[str]) -> Config:
    """Return a portal of three provinces with the generated sources of these contracts only.

    So small a region must hide most of its figures: here it may.
    """
    config = load_config()
    wanted = set(contracts)
    sources = [
        source.model_copy(
            update={"percorso": str(demo / Path(source.percorso).relative_to("build/demo"))}
        )
        for source in config.fonti
        if source.contratto in wanted and _is_generated(source)
    ]
    limits = config.riservatezza.model_copy(update={"quota_massima_nascosta": 1.0})
    portal = config.portale.model_copy(update={"province": list(PROVINCES)})
    return config.model_copy(update={"portale": portal, "fonti": sources, "riservatezza": limits})


def _is_generated(source: Source) -> bool:
    here = source.provincia in (None, *PROVINCES)
    return here and str(source.percorso).startswith("build/demo/")


def write_demo(folder: Path) -> None:
    """Write the demo sources of the small region into `folder`."""
    config = load_config()
    portal = config.portale.model_copy(update={"province": list(PROVINCES)})
    sources = [source for source in config.fonti if source.provincia in (None, *PROVINCES)]
    generate(
        config.model_copy(update={"portale": portal, "fonti": sources}),
        folder,
        scale=SCALE,
        seed=SEED,
    )


def read_statements(demo: Path) -> Statements:
    """Return every statement's text by the name of its file, archive first."""
    found = {}
    for path in sorted((demo / "prospetti").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                content = archive.read(name)
                latin = b"ISO-8859-1" in content[:80]
                text = content.decode("latin-1" if latin else "utf-8")
                found[f"{path.name}/{name}"] = text
    return found


def write_statements(demo: Path, statements: Statements) -> None:
    """Put these statements in the place of those in `demo`, archive by archive."""
    folder = demo / "prospetti"
    shutil.rmtree(folder)
    folder.mkdir()
    for name in sorted({key.split("/")[0] for key in statements}):
        files = [
            (key.split("/")[1], text.encode("latin-1" if "ISO-8859-1" in text[:80] else "utf-8"))
            for key, text in statements.items()
            if key.startswith(f"{name}/")
        ]
        write_zip(folder / name, files)


def read_lists(demo: Path) -> dict[Path, str]:
    """Return the lists of enrolled people as the offices first send them."""
    return {
        path: path.read_text(encoding="utf-8") for path in sorted((demo / "iscritti").iterdir())
    }


def write_lists(lists: dict[Path, str], month: int) -> None:
    """Write the lists of a month: some have left, some who were away have come that month."""
    for path, text in lists.items():
        head, *rows = text.splitlines()
        day = head.split(";").index("data_iscrizione")
        kept = []
        for place, row in enumerate(rows):
            if place % 40 < month / 3 or place % 41 > 27 + month:
                continue
            cells = row.split(";")
            if month and place % 41 == 27 + month:
                cells[day] = f"2026-{month:02d}-15"
            kept.append(";".join(cells))
        path.write_text("\r\n".join([head, *kept]) + "\r\n", encoding="utf-8", newline="")


def read_returns(demo: Path) -> list[list[str]]:
    """Return the rows of the returns on the measures."""
    with (demo / "monitoraggio.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def write_returns(demo: Path, rows: list[list[str]], month: int) -> None:
    """Write the returns of a month: from the third on, one figure in four is corrected by one."""
    head, *figures = rows
    item, quantity = head.index("grandezza"), head.index("quantita")
    corrected = []
    for place, row in enumerate(figures):
        cells = list(row)
        counts = cells[item] in CORRECTED and cells[quantity].isdigit()
        if month >= 3 and place % 4 == 0 and counts:
            cells[quantity] = str(int(cells[quantity]) + 1)
        corrected.append(cells)
    with (demo / "monitoraggio.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\r\n").writerows([head, *corrected])


def change_hidden_returns(demo: Path, data: Path) -> int:
    """Add one to withheld figures of article 14 in the returns; return how many.

    People in agreements, where they are many and the row is withheld for another of its figures:
    they stay as many as before for all rules, and within the posts of the quota.
    """
    with (data / "articolo-14" / "articolo-14.csv").open(encoding="utf-8", newline="") as lines:
        hidden = {
            (row["codice_provincia"], row["periodo"])
            for row in csv.DictReader(lines)
            if row["lavoratori_convenzione_stato"] == "riservato"
        }
    head, *rows = read_returns(demo)
    changed = 0
    for cells in rows:
        row = dict(zip(head, cells, strict=True))
        own = (row["codice_provincia"], row["periodo"]) in hidden
        of_it = row["misura"] == "articolo-14" and row["grandezza"] == "lavoratori_convenzione"
        if own and of_it and 20 <= int(row["quantita"]) < 39:
            cells[head.index("quantita")] = str(int(row["quantita"]) + 1)
            changed += 1
    with (demo / "monitoraggio.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\r\n").writerows([head, *rows])
    return changed


# figures that contain others: one more contradicts nothing
CORRECTED = {"imprese_obbligate", "posti_quota", "imprese_obbligo", "assunzioni", "inserimenti"}


def has_one_province(text: str) -> bool:
    """Tell whether a statement speaks of a single province."""
    return text.count("<elencoriepilogativoprovinciale>") == 1


def in_force(text: str) -> int:
    """Return how many people with disabilities a company of one province declares full time."""
    return _read(text, "disabili", inside="personaledipendente")


def uncovered(text: str) -> int:
    """Return the uncovered posts that a company declares."""
    return _read(text, "scoperturedisabili", inside="riepilogonazionale")


def hires(text: str, people: int) -> str:
    """Return the statement of a company of one province after it has hired (or lost) people."""
    given = [("nlavoratorinazionali", "datiprospetto"), ("nlavoratori", "personaledipendente")]
    for tag, inside in given:
        text = _add(text, tag, people, inside)
    group = re.search(r"<personaledipendente>.*?<disabili><nlavoratoritempopieno>(\d+)<", text)
    assert group is not None
    start, end = group.span(1)
    text = f"{text[:start]}{int(group[1]) + people}{text[end:]}"
    for inside in ("riepilogonazionale", "elencoriepilogativoprovinciale"):
        text = _add(text, "disabili", people, inside)
        text = _add(text, "scoperturedisabili", -people, inside)
    return text


def withdraw_consents(demo: Path, every: int, first: int) -> None:
    """Turn one consent in `every` into a refusal, from the place `first` on."""
    path = demo / "consensi.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows[first::every]:
        row["consenso"] = "N"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def _span(text: str, tag: str, inside: str) -> re.Match[str]:
    start = text.index(f"<{inside}>")
    if tag == "disabili" and inside == "personaledipendente":
        tag = "nlavoratoritempopieno"
        start = text.index("<disabili>", start)
    found = re.compile(_COUNT.format(tag=tag)).search(text, start)
    assert found is not None, tag
    return found


def _read(text: str, tag: str, inside: str) -> int:
    return int(_span(text, tag, inside)[2])


def _add(text: str, tag: str, number: int, inside: str) -> str:
    found = _span(text, tag, inside)
    new = f"{found[1]}{int(found[2]) + number}{found[3]}"
    return text[: found.start()] + new + text[found.end() :]
