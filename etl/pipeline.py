"""The whole build, stage by stage: everything is published, or nothing changes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from etl.audit import audit
from etl.audit.files import read_release
from etl.audit.perturbed import check_perturbed
from etl.config import ROOT, Config, config_path
from etl.contracts import Contract, load_contracts
from etl.derive.datasets import Inputs, derive
from etl.derive.matching.columns import columns
from etl.derive.matching.lists import WARNING, explained_lists
from etl.derive.matching.to_js import module as matching_rules
from etl.derive.quality import quality_report
from etl.derive.quota.to_js import module as browser_rules
from etl.derive.quota.to_json import parameters_json, provinces_json
from etl.problems import ReleaseRefusedError
from etl.protect import ReleasableZone, Release, check_release, protect_tables
from etl.protect.leaks import LeakGate, forbidden_columns
from etl.protect.sought import public_contacts, restricted_texts, tracked_files
from etl.protect.zone import in_force, swap
from etl.publish import place, publish, write_sitemap
from etl.publish.deliveries import deliver
from etl.publish.formats import as_json
from etl.publish.manifest import MANIFEST
from etl.publish.previous import PublishedRelease
from etl.receive import Received, receive
from etl.site import build_site

DEMO_SECRET = b"segreto dimostrativo: non usare con dati veri"
SECRET_VARIABLE = "MIRATO_SEGRETO"
SHORTEST_SECRET = 32

Report = Callable[[str], None]


@dataclass
class Stage:
    """What one stage took: seconds, rows handled, peak memory of the process so far (MB)."""

    name: str
    seconds: float
    rows: int
    peak_mb: float


@dataclass
class BuildReport:
    """What a build did: whether anything was to do, and what each stage took."""

    unchanged: bool = False
    stages: list[Stage] = field(default_factory=list)


def build(
    config: Config,
    folder: Path,
    output: Path,
    report: Report = lambda _: None,
    force: bool = False,
    previous: PublishedRelease | None = None,
    day: date | None = None,
) -> BuildReport:
    """Build `folder/pubblico` and `output` from the configured sources.

    `previous` is the release published before, from which versions follow, and `day` the day of
    this one; a build that is not a release has neither.

    Where inputs and program are those of the last build, nothing is done. Raises
    InputRefusedError or ReleaseRefusedError; then what was published is untouched.
    """
    contracts = load_contracts()
    key = secret(config)
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        mark = folder / "riservato" / "impronta.txt"
        fingerprint = _fingerprint(config, previous, day)
        if not force and output.exists() and mark.exists() and mark.read_text() == fingerprint:
            return BuildReport(unchanged=True)
        result = BuildReport()
        _run(config, contracts, key, folder, output, report, result, previous, day)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(fingerprint)
        return result


def _run(
    config: Config,
    contracts: list[Contract],
    secret: bytes,
    folder: Path,
    output: Path,
    report: Report,
    result: BuildReport,
    previous: PublishedRelease | None,
    day: date | None,
) -> None:
    new_output = output.with_name(f".{output.name}-nuovo")
    with _stage("ricevere", report, result) as count:
        received = receive(config, folder, progress=report)
        count(sum(len(table) for table in received.tables.values()))
    inputs = Inputs(config, received, secret)
    with _stage("incrociare", report, result) as count:
        count(0 if inputs.matching is None else len(inputs.matching.supply.people))
    with _stage("derivare", report, result) as count:
        derived = {contract.slug: derive(inputs, contract) for contract in contracts}
        _keep_differences(inputs, folder)
        count(sum(len(table) for table in derived.values()))
    by_slug = {contract.slug: contract for contract in contracts}
    released = previous.folder / "dati" if previous else in_force(folder) / "datasets"
    with _stage("proteggere", report, result) as count:
        protection = protect_tables(config, by_slug, derived, released, secret=secret)
        tables = protection.tables
        _refuse_columns(tables)
        release = Release(
            date=inputs.date,
            synthetic=config.is_demo,
            contracts=by_slug,
            tables=tables,
            expectations=check_release(by_slug, tables),
            quality=quality_report(inputs),
            comuni=received.geography.comuni.drop(columns="belfiore"),
            province=received.geography.province,
        )
        count(sum(len(table) for table in tables.values()))
    with _stage("pubblicare", report, result) as count:
        zone = ReleasableZone(folder)
        publish(config, release, zone, previous, day)
        _write_tools(config, zone, release)
        count(sum(len(table) for table in tables.values()))
    with _stage("provare la protezione", report, result) as count:
        zone.write("qualita/riservatezza.json", _audit(config, contracts, zone, release.date))
        count(len(contracts))
    with _stage("comporre il sito", report, result) as count:
        shutil.rmtree(new_output, ignore_errors=True)
        build_site(config, zone.folder, new_output, previous=output, progress=report)
        place(zone.folder, new_output)
        write_sitemap(config, new_output)
        count(sum(1 for _ in new_output.rglob("*.html")))
    with _stage("cercare fughe di dati", report, result) as count:
        count(_leak_gate(config, received, release, zone, new_output, folder))
    _deliver(inputs, folder)
    swap([(zone.folder, zone.current), (new_output, output)])


def _deliver(inputs: Inputs, folder: Path) -> None:
    """Write the explained lists of `build/consegne/`, each encrypted for its recipient."""
    matching = inputs.matching
    recipients = inputs.config.incrocio.destinatari if matching is not None else []
    keys = {one.name: one.chiave for one in recipients}
    lists = explained_lists(matching, recipients) if matching is not None else ()
    deliver(
        folder / "consegne",
        (
            (
                one.recipient,
                keys[one.recipient],
                {
                    "LEGGIMI.txt": f"{WARNING}\n",
                    "elenco.csv": one.as_csv(),
                    "elenco.json": one.as_json(),
                },
            )
            for one in lists
        ),
    )


def _write_tools(config: Config, zone: ReleasableZone, release: Release) -> None:
    """Write what pages work with: rules for the browser, the law's numbers, what was released."""
    vacancies, sites = (release.tables[name] for name in ("posti-disponibili", "sedi-operatori"))
    texts = {
        "quota.mjs": browser_rules(),
        "parametri.json": parameters_json(),
        "province.json": provinces_json(config.portale.anno_geografia),
        "incrocio.mjs": matching_rules(config.incrocio),
        "posti.json": columns(vacancies, sites, release.comuni, config),
    }
    for name, text in texts.items():
        zone.write(f"strumenti/{name}", text.encode("utf-8"))


def _keep_differences(inputs: Inputs, folder: Path) -> None:
    """Keep, for the offices that must look at them, the statements that declare other figures."""
    path = folder / "riservato" / "differenze-prospetti.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs.quota.differenze.to_csv(path, index=False)


def _refuse_columns(tables: dict[str, pd.DataFrame]) -> None:
    for slug, table in tables.items():
        names = forbidden_columns(table.columns)
        if names:
            raise ReleaseRefusedError(
                f"«{slug}» ha colonne che non si pubblicano mai: {', '.join(names)}. "
                "Toglierle dal contratto."
            )


def _audit(config: Config, contracts: list[Contract], zone: ReleasableZone, day: date) -> bytes:
    """Return the report of the independent audit of the files just written; refuse if it fails."""
    tables = read_release(zone.folder / "datasets", contracts, config.riservatezza, day.isoformat())
    report = audit([tables])
    if not report.passed:
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: dai file da pubblicare si ricavano {report.recovered} "
            f"valori nascosti, e {report.narrow} si conoscono con troppa precisione. Controllare "
            "le regole di riservatezza dei contratti."
        )
    perturbed = check_perturbed(zone.folder / "datasets", contracts, config.riservatezza)
    if not perturbed.passed:
        raise ReleaseRefusedError(
            f"Nulla è stato pubblicato: tra i conteggi protetti {perturbed.small} sono troppo "
            f"piccoli, {perturbed.written} dovevano essere vuoti, {perturbed.unlike} hanno due "
            f"valori per le stesse persone, {perturbed.exact} si ricavano "
            f"dai totali e {perturbed.contradictions} gruppi di tabelle si contraddicono. "
            "Controllare i contratti e i moduli che li derivano, o alzare «massimo» e «varianza» "
            "in portale.toml."
        )
    return as_json({**report.public(), "perturbati": perturbed.public()})


def _leak_gate(
    config: Config,
    received: Received,
    release: Release,
    zone: ReleasableZone,
    output: Path,
    folder: Path,
) -> int:
    gate = LeakGate(
        restricted_texts(config, received, release.tables),
        public_contacts(release.contracts, release.tables),
    )
    places = [
        (zone.folder, zone.files()),
        (output, sorted(path for path in output.rglob("*") if path.is_file())),
        (folder, sorted(path for path in (folder / "rapporti").rglob("*") if path.is_file())),
    ]
    leaks = [leak for root, files in places for leak in gate.search(files, root)]
    # the project's own files hold invented codes and addresses: only known texts are sought there
    tracked = tracked_files(ROOT)
    places.append((ROOT, tracked))
    leaks += gate.search(tracked, ROOT, shapes=False)
    if leaks:
        lines = "\n".join(f"  - {leak.line()}" for leak in leaks[:20])
        raise ReleaseRefusedError(
            "Nulla è stato pubblicato: dati di persone o testi riservati in "
            f"{len(leaks)} punti.\n{lines}\n"
            "Controllare il contratto e il modulo che deriva quei dati. Se sono solo in versioni "
            "già pubblicate (versioni/…), per esempio perché un’azienda ha tolto il consenso, "
            "ritirare quelle versioni in datasets/ritiri.toml (docs/versions.md)."
        )
    return sum(len(files) for _, files in places)


@contextmanager
def _stage(name: str, report: Report, result: BuildReport) -> Iterator[Callable[[int], None]]:
    report(f"{name.capitalize()}…")
    rows: list[int] = []
    start = time.perf_counter()
    yield rows.append
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result.stages.append(Stage(name, seconds, sum(rows), peak))
    report(f"{name.capitalize()}: fatto in {seconds:.1f} s.")


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / ".in-corso").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReleaseRefusedError(
                "Un’altra costruzione è in corso in questa cartella. Attendere che finisca."
            ) from None
        yield


def secret(config: Config) -> bytes:
    """Return the secret that keys ids and perturbation; the demonstration's own for invented data.

    Raises ReleaseRefusedError where real data have none of their own.
    """
    given = os.environ.get(SECRET_VARIABLE, "").encode()
    if all(source.sintetica for source in config.fonti):
        return given or DEMO_SECRET
    if len(given) < SHORTEST_SECRET or given == DEMO_SECRET:
        raise ReleaseRefusedError(
            "Con dati veri serve un segreto: impostare la variabile d’ambiente "
            f"{SECRET_VARIABLE} (almeno {SHORTEST_SECRET} caratteri casuali, sempre gli stessi da "
            "una pubblicazione all’altra; non quello dimostrativo)."
        )
    return given


def _fingerprint(config: Config, previous: PublishedRelease | None, day: date | None) -> str:
    digest = hashlib.sha256(platform.python_version().encode())
    if previous is not None:
        digest.update(previous.path(MANIFEST).read_bytes())
    digest.update(str(day).encode())
    digest.update(secret(config))
    files = [config_path()]
    for name in ("etl", "datasets", "theme", "content", "requirements"):
        files += sorted(
            path
            for path in (ROOT / name).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and "terze" not in path.parts
        )
    files.append(ROOT / "package-lock.json")
    for source in config.fonti:
        if source.percorso is None:
            digest.update(json.dumps(["url", source.url, time.time_ns()]).encode())
            continue
        place = ROOT / source.percorso
        files += sorted(place.rglob("*")) if place.is_dir() else [place]
    for path in files:
        if path.is_file():
            digest.update(path.as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
