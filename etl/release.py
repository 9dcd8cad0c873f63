"""A release, step by step: the published one is read, the new one is built, checked, delivered.

Nothing that visitors see changes before the last step, and that step is one rename. A step that
fails, or a machine that stops, leaves the published site as it was.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etl.config import ROOT, Config
from etl.contracts import PUBLISHED, WITHHELD, load_contracts
from etl.problems import InputRefusedError, ReleaseRefusedError
from etl.publish.deploy import Checkpoint, deploy, link_tree, only_one
from etl.publish.drift import damaged, drift
from etl.publish.previous import (
    NothingPublishedError,
    PublishedRelease,
    fetch,
    is_published,
    open_release,
)
from etl.publish.versions import withdrawals

Report = Callable[[str], None]
Builder = Callable[[PublishedRelease | None, Path], None]

GATES = ("file interi", "variazioni", "riservatezza tra rilasci", "collegamenti", "accessibilità")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = Path("/usr/bin/chromium")
_WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_WIDTHS = (375, 1280)
_PAGES = 60  # of different kinds, that axe looks at
_RELEASES = 4  # the newest ones, compared with each other for what they give away together
_SHOWN = 20  # findings of one gate in the summary


@dataclass(frozen=True)
class Gate:
    """What one check found: nothing where it passes. `skipped` says that it was not made."""

    name: str
    findings: list[str]
    skipped: bool = False

    @property
    def passed(self) -> bool:
        """Whether the release may go on."""
        return self.skipped or not self.findings


@dataclass
class Outcome:
    """How a release ended, step by step, for the summary."""

    day: date
    before: PublishedRelease | None = None
    after: PublishedRelease | None = None
    gates: list[Gate] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    refusal: str | None = None
    delivered: bool = False


@dataclass(frozen=True)
class Request:
    """What to release, and where.

    `published` is the folder or address of the release in force; `target` the link that visitors
    are served. `first` says that nothing is published yet; `accepted` names data sets whose
    changes a person accepts; `skipped` the gates not to pass through.
    """

    published: str
    target: Path
    work: Path
    day: date
    first: bool = False
    accepted: Collection[str] = ()
    skipped: Collection[str] = ()


def release(
    config: Config,
    request: Request,
    build: Builder,
    report: Report = lambda _: None,
    checkpoint: Checkpoint = lambda _: None,
) -> Outcome:
    """Release the site that `build` makes; raises what refused it, after writing the summary.

    The summary is `<work>/rapporti/rilascio.md`. `checkpoint` is called with a name before each
    step that could be interrupted.
    """
    outcome = Outcome(request.day)
    try:
        with only_one(request.target):
            _steps(config, request, build, outcome, report, checkpoint)
    except (InputRefusedError, ReleaseRefusedError) as error:
        outcome.refusal = error.summary
        raise
    except BaseException as error:
        outcome.refusal = f"Errore imprevisto: {type(error).__name__}. Cercarlo nel registro."
        raise
    finally:
        path = request.work / "rapporti" / "rilascio.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(summary(outcome), encoding="utf-8")
    return outcome


def _steps(
    config: Config,
    request: Request,
    build: Builder,
    outcome: Outcome,
    report: Report,
    checkpoint: Checkpoint,
) -> None:
    checkpoint("prima di leggere la pubblicazione")
    outcome.before = _published(request, report)
    outcome.done.append(
        "pubblicazione precedente letta" if outcome.before else "nulla è ancora pubblicato"
    )
    checkpoint("prima di costruire")
    candidate = request.work / "candidato"
    build(outcome.before, candidate)
    outcome.after = open_release(candidate)
    outcome.done.append("sito nuovo costruito")
    checkpoint("prima dei controlli")
    checks = _checks(config, request, outcome, candidate)
    for name, gate in zip(GATES, checks, strict=True):
        skipped = name in request.skipped
        report(f"Controllo: {name}{' (saltato)' if skipped else ''}…")
        outcome.gates.append(Gate(name, [] if skipped else gate(), skipped))
        checkpoint(f"dopo il controllo: {name}")
    failed = [gate for gate in outcome.gates if not gate.passed]
    if failed:
        lines = [
            f"  - {gate.name}: {finding}" for gate in failed for finding in gate.findings[:_SHOWN]
        ]
        raise ReleaseRefusedError(
            "Nulla è stato pubblicato: "
            + ", ".join(f"«{gate.name}»" for gate in failed)
            + " non lo permette.\n"
            + "\n".join(lines)
        )
    outcome.done.append("controlli superati")
    checkpoint("prima della consegna")
    report("Consegna…")
    outcome.delivered = deploy(candidate, request.target, checkpoint)
    outcome.done.append("sito consegnato" if outcome.delivered else "nulla di nuovo da consegnare")


def _published(request: Request, report: Report) -> PublishedRelease | None:
    folder = request.work / "precedente"
    if request.first:
        if is_published(request.published):
            raise ReleaseRefusedError(
                f"A «{request.published}» qualcosa è già pubblicato: --first non va usato, perché "
                "le versioni ricomincerebbero da 1.0.0. Ripetere senza."
            )
        shutil.rmtree(folder, ignore_errors=True)
        return None
    try:
        return fetch(request.published, folder, report)
    except NothingPublishedError as error:
        raise ReleaseRefusedError(
            f"{error.summary} Se è la prima pubblicazione, ripetere con --first (make release "
            "OPTIONS=--first): le versioni cominceranno da 1.0.0."
        ) from None


def _checks(
    config: Config, request: Request, outcome: Outcome, candidate: Path
) -> list[Callable[[], list[str]]]:
    """Return what each gate does, in the order of `GATES`."""
    before, after = outcome.before, _known(outcome.after)

    def whole() -> list[str]:
        return [f"«{path}» non è come dice il manifesto." for path in damaged(after)]

    def moved() -> list[str]:
        if before is None:
            return []
        return drift(config.pubblicazione, before, after, withdrawals(), request.accepted)

    return [
        whole,
        moved,
        functools.partial(disclosure, config, after),
        functools.partial(broken_links, config, candidate),
        functools.partial(accessibility, candidate),
    ]


def _known(after: PublishedRelease | None) -> PublishedRelease:
    if after is None:
        raise ValueError("il sito non è ancora costruito")
    return after


# --- Gates ---------------------------------------------------------------------------------------


def disclosure(config: Config, after: PublishedRelease) -> list[str]:
    """Return what the newest releases give away together of what each of them hides."""
    from etl.audit import audit
    from etl.audit.files import read_release

    with TemporaryDirectory() as name:
        folders = _releases_by_day(after, Path(name))
        tables = [
            read_release(folder, load_contracts(), config.riservatezza, folder.name)
            for folder in folders
        ]
        if not any(tables):
            return []
        found = audit([table for table in tables if table])
    if found.passed:
        return []
    counts = {
        "valori nascosti che si ricavano": found.recovered,
        "valori nascosti che si conoscono con troppa precisione": found.narrow,
        "contraddizioni tra le tabelle": found.contradictions,
        "gruppi piccoli isolati dal confronto tra due rilasci": found.differences.single_out,
        "valori nascosti prima e mostrati ora": found.differences.reappeared,
    }
    told = ", ".join(f"{what}: {count}" for what, count in counts.items() if count)
    return [f"{told or 'prove non verificate'} ({len(folders)} rilasci insieme)."]


def _releases_by_day(after: PublishedRelease, folder: Path) -> list[Path]:
    """Return a folder for each of the newest days with a release, holding what was in force."""
    held: dict[str, list[tuple[str, Path]]] = {}
    for slug in after.slugs:
        index = after.read_json(f"dati/{slug}/versioni/index.json")
        for item in index["versioni"]:
            path = f"dati/{slug}/versioni/{item['versione']}/{slug}.parquet"
            if path in after.entries:
                held.setdefault(slug, []).append((item["data"], after.path(path)))
    days = sorted({day for versions in held.values() for day, _ in versions})[-_RELEASES:]
    for day in days:
        for slug, versions in held.items():
            in_force = next((path for since, path in versions if since <= day), None)
            if in_force is not None:
                place = folder / day / slug / f"{slug}.parquet"
                place.parent.mkdir(parents=True)
                shutil.copyfile(in_force, place)
    return [folder / day for day in days]


def broken_links(config: Config, site: Path) -> list[str]:
    """Return the links and fragments that lead nowhere within the site."""
    checker = Path(sys.executable).with_name("lychee")
    if not checker.is_file():
        return [f"«{checker.name}» non c’è: installare requirements/dev.txt."]
    below = config.portale.url_base.split("://", 1)[1].partition("/")[2]
    with TemporaryDirectory(dir=site.parent) as name:
        root = Path(name)
        link_tree(site, root / below)
        done = subprocess.run(
            [
                str(checker),
                *("--offline", "--include-fragments", "--no-progress", "--format", "json"),
                *(f"--root-dir={root}", "--index-files=index.html", f"{root}/**/*.html"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            failures = json.loads(done.stdout)["error_map"]
        except (ValueError, KeyError):
            return [f"il controllo non è riuscito (stato {done.returncode})."]
        return sorted(
            f"{page.removeprefix(str(root)).lstrip('/')}: {fault['url'].replace(str(root), '')}"
            for page, faults in failures.items()
            for fault in faults
        )


def accessibility(site: Path) -> list[str]:
    """Return what axe finds wrong on one page of each kind (WCAG 2.2, level AA), at two widths."""
    if not AXE.is_file():
        return ["axe-core non c’è: eseguire npm ci."]
    # in a thread of its own: the browser's driver refuses one that already runs an event loop
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(_seen_by_axe, site).result()


def _seen_by_axe(site: Path) -> list[str]:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return ["playwright non c’è: installare requirements/dev.txt."]
    program = str(CHROMIUM) if CHROMIUM.is_file() else None
    found = []
    try:
        with _served(site) as address, sync_playwright() as tools:
            # the container of a scheduled job has no user to shut the browser in
            browser = tools.chromium.launch(executable_path=program, args=["--no-sandbox"])
            for width in _WIDTHS:
                # axe comes in as an inline script, which the site's own policy would refuse
                context = browser.new_context(
                    bypass_csp=True, viewport={"width": width, "height": 900}
                )
                page = context.new_page()
                for path in kinds_of_page(site):
                    page.goto(f"{address}/{path}", wait_until="networkidle")
                    page.add_script_tag(path=str(AXE))
                    result: dict[str, Any] = page.evaluate(
                        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})",
                        list(_WCAG),
                    )
                    found += [
                        f"{path or 'index.html'}: {fault['id']} ({len(fault['nodes'])} volte, "
                        f"a {width} pixel)"
                        for fault in result["violations"]
                    ]
                context.close()
            browser.close()
    except Error as error:
        return [f"il browser non parte o non risponde ({error.message.splitlines()[0]})."]
    return found


def kinds_of_page(site: Path) -> list[str]:
    """Return one page of each kind, the longest.

    Kinds differ by section, by depth, and by the name of a folder that several siblings have, as
    each data set has one for its versions.
    """
    paths = sorted(site.rglob("*.html"))
    parents: dict[tuple[str, int, str], set[str]] = {}
    for path in paths:
        parts = path.relative_to(site).parts
        if len(parts) > 3:
            parents.setdefault((parts[0], len(parts), parts[2]), set()).add(parts[1])
    kinds: dict[tuple[str, int, str], list[Path]] = {}
    for path in paths:
        parts = path.relative_to(site).parts
        place = (parts[0], len(parts), parts[2] if len(parts) > 3 else "")
        if len(parents.get(place, ())) < 2:
            place = (parts[0], len(parts), "")
        kinds.setdefault(place, []).append(path)
    longest = (max(pages, key=lambda path: path.stat().st_size) for pages in kinds.values())
    return sorted(path.relative_to(site).as_posix().removesuffix("index.html") for path in longest)[
        :_PAGES
    ]


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing: pages that are checked are nobody's visits."""


@contextmanager
def _served(site: Path) -> Iterator[str]:
    handler = functools.partial(_Silent, directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --- Summary -------------------------------------------------------------------------------------


def summary(outcome: Outcome) -> str:
    """Return how the release ended, in Markdown, for people who do not read logs."""
    if outcome.refusal:
        title = "# Rilascio rifiutato"
        verdict = "**Il sito pubblicato è rimasto com’era.**"
    elif outcome.delivered:
        title = "# Rilascio consegnato"
        verdict = "Il sito nuovo ha superato ogni controllo e ha preso il posto del vecchio."
        if any(gate.skipped for gate in outcome.gates):
            verdict = "Il sito nuovo ha preso il posto del vecchio. Qualche controllo è saltato."
    else:
        title, verdict = "# Nulla di nuovo", "Il sito nuovo è identico a quello pubblicato."
    lines = [title, "", f"{verdict} Giorno: {outcome.day.isoformat()}.", ""]
    if outcome.refusal:
        lines += ["## Perché", "", "```", outcome.refusal, "```", ""]
    if outcome.done:
        lines += ["## Passi compiuti", "", *(f"1. {step}" for step in outcome.done), ""]
    if outcome.gates:
        lines += ["## Controlli", "", "| controllo | esito |", "|---|---|"]
        lines += [f"| {gate.name} | {_verdict(gate)} |" for gate in outcome.gates]
        lines.append("")
    if outcome.after is not None and not outcome.refusal:
        lines += _changes(outcome)
    return "\n".join(lines)


def _verdict(gate: Gate) -> str:
    if gate.skipped:
        return "saltato per scelta"
    if gate.passed:
        return "superato"
    return "1 problema" if len(gate.findings) == 1 else f"{len(gate.findings)} problemi"


def _changes(outcome: Outcome) -> list[str]:
    after = _known(outcome.after)
    lines = ["## Insiemi di dati", "", "| insieme | versione | righe | che cosa cambia |"]
    lines.append("|---|---|---|---|")
    for slug in after.slugs:
        log = after.read_json(f"dati/{slug}/modifiche.json")["versioni"]
        told = "nulla"
        if outcome.before is None or not _same_version(outcome.before, slug, log[0]["versione"]):
            told = " ".join(log[0]["in_parole"]).replace("|", "\\|")
        lines.append(f"| {slug} | {log[0]['versione']} | {log[0]['righe']['dopo']} | {told} |")
    lines.append("")
    asked = [text for slug in after.slugs for text in _to_decide(outcome.before, after, slug)]
    if asked:
        lines += ["## Da decidere", "", *(f"- {text}" for text in asked), ""]
    return lines


def _to_decide(
    before: PublishedRelease | None, after: PublishedRelease, slug: str
) -> Iterator[str]:
    """Yield what older versions still show of single companies and the new one withholds."""
    if before is None or f"dati/{slug}/datapackage.json" not in after.entries:
        return
    package = after.read_json(f"dati/{slug}/datapackage.json")
    detail = f"dati/{slug}/versioni/{package['version']}/modifiche.csv"
    single = package["riservatezza"]["metodo"] == "generalizzazione"
    if not single or detail not in after.entries or _same_version(before, slug, package["version"]):
        return
    older = after.read_json(f"dati/{slug}/versioni/index.json")["versioni"][1:]
    if all("ritirata" in version for version in older):
        return
    counted: dict[str, int] = {}
    for row in csv.DictReader(io.StringIO(after.read(detail).decode("utf-8"), newline="")):
        name = row["campo_modificato"].removesuffix("_stato")
        if (row["valore_prima"], row["valore_dopo"]) == (PUBLISHED, WITHHELD):
            counted[name] = counted.get(name, 0) + 1
    for name, count in sorted(counted.items()):
        what = "1 valore" if count == 1 else f"{count} valori"
        yield (
            f"In «{slug}» le versioni precedenti mostrano ancora {what} di «{name}» che da ora "
            "non si mostra più. Se nessuno deve più leggerlo, ritirare quelle versioni "
            "(docs/versions.md)."
        )


def _same_version(before: PublishedRelease, slug: str, version: str) -> bool:
    if slug not in before.slugs:
        return False
    log = before.read_json(f"dati/{slug}/modifiche.json")["versioni"]
    return bool(log[0]["versione"] == version)
