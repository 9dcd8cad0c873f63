"""The release published before, read through its manifest: from a folder or from its address.

What a build machine remembers does not count: the published manifest says what was published,
and every file is checked against its hash.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import httpx

from etl.problems import ReleaseRefusedError
from etl.publish.manifest import MANIFEST, Entry

_PACKAGE = re.compile(r"dati/[^/]+/datapackage\.json")
_ATTEMPTS = 3
_TIMEOUT = 60.0  # seconds


class NothingPublishedError(ReleaseRefusedError):
    """There is no release at the address: not the same as one that cannot be read."""


@dataclass(frozen=True)
class PublishedRelease:
    """A published release in a folder laid out as the site is."""

    folder: Path
    entries: Mapping[str, Entry] = field(repr=False)

    def read(self, path: str) -> bytes:
        """Return one file's content; raises ReleaseRefusedError where it is not as published."""
        content = self.path(path).read_bytes() if self.path(path).is_file() else b""
        if hashlib.sha256(content).hexdigest() != self.entries[path].sha256:
            raise ReleaseRefusedError(
                f"«{path}» non è il file che il manifesto pubblicato descrive. Scaricare di nuovo "
                "la pubblicazione precedente."
            )
        return content

    def is_whole(self, path: str) -> bool:
        """Tell whether a file is there and is as published."""
        try:
            self.read(path)
        except ReleaseRefusedError:
            return False
        return True

    def read_json(self, path: str) -> Any:
        """Return one file's content as values."""
        return json.loads(self.read(path))

    def path(self, path: str) -> Path:
        """Return where a file stands."""
        return self.folder / path

    def below(self, prefix: str) -> list[Entry]:
        """Return the files below a path, sorted."""
        return [entry for path, entry in sorted(self.entries.items()) if path.startswith(prefix)]

    @cached_property
    def slugs(self) -> list[str]:
        """The data sets that it holds, or ever held."""
        return sorted(
            path.split("/")[1]
            for path in self.entries
            if path.startswith("dati/")
            and path.count("/") == 2
            and path.endswith("/modifiche.json")
        )


def open_release(folder: Path) -> PublishedRelease:
    """Return the release in a folder laid out as the site is.

    Raises NothingPublishedError where there is none, ReleaseRefusedError where its manifest
    cannot be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise NothingPublishedError(
            f"In «{folder.name}» non c’è «{MANIFEST}»: non è una pubblicazione. "
            "Indicare la cartella del sito pubblicato, o il suo indirizzo."
        )
    return PublishedRelease(folder, _entries(path.read_bytes()))


def is_published(source: str) -> bool:
    """Return whether anything is published at a folder or address.

    Raises ReleaseRefusedError where the address does not answer: nobody knows then.
    """
    with _reader(source) as get:
        return get(MANIFEST) is not None


def fetch(
    source: str, target: Path, report: Callable[[str], None] = lambda _: None
) -> PublishedRelease:
    """Copy what the next release needs of the published one into `target`; return it.

    `source` is a folder or an http(s) address. Taken are the manifest, each data set's files that
    are compared, and every version ever published. Raises NothingPublishedError, or
    ReleaseRefusedError where a file is missing or is not as the manifest says.
    """
    with _reader(source) as get:
        release = _copy(get, source, target)
    report(f"Pubblicazione precedente: {len(release.entries)} file elencati a «{source}».")
    return release


def _copy(get: Callable[[str], bytes | None], source: str, target: Path) -> PublishedRelease:
    manifest = get(MANIFEST)
    if manifest is None:
        raise NothingPublishedError(f"A «{source}» non c’è alcuna pubblicazione.")
    entries = _entries(manifest)
    wanted = [entry for path, entry in sorted(entries.items()) if _needed(path)]
    staging = target.with_name(f".{target.name}-nuovo")
    shutil.rmtree(staging, ignore_errors=True)
    for entry in wanted:
        content = _kept(target / entry.path, entry)
        if content is None:
            content = get(entry.path)
        if content is None or hashlib.sha256(content).hexdigest() != entry.sha256:
            what = "manca" if content is None else "non è il file che il manifesto descrive"
            raise ReleaseRefusedError(
                f"La pubblicazione precedente non si può leggere: a «{source}» «{entry.path}» "
                f"{what}. Nulla è cambiato: riprovare, o ripristinare quella pubblicazione."
            )
        _write(staging / entry.path, content)
    _write(staging / MANIFEST, manifest)
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)
    return PublishedRelease(target, entries)


def datasets_at(place: str, workspace: Path) -> dict[str, tuple[Path, Any]]:
    """Return the data sets at a place, to be compared: Parquet file and data package, by name.

    `place` is a whole portal, or one data set: a folder, a file in it, or an http(s) address; what
    is downloaded goes to `workspace`. Raises NothingPublishedError, ReleaseRefusedError.
    """
    remote = place.startswith(("http://", "https://"))
    root = place.removesuffix("/datapackage.json").rstrip("/")
    if not remote and Path(root).is_file():
        root = str(Path(root).parent)
    with _reader(root) as get:
        manifest = get(MANIFEST)
        if manifest is not None:
            names = [path for path in _entries(manifest) if _PACKAGE.fullmatch(path)]
            folders = [path.removesuffix("datapackage.json") for path in sorted(names)]
        else:
            folders = [""]
        found = {}
        for folder in folders:
            content = get(f"{folder}datapackage.json")
            if content is None:
                raise NothingPublishedError(
                    f"«{place}» non è un portale né un insieme di dati: mancano «{MANIFEST}» e "
                    "«datapackage.json»."
                )
            package = json.loads(content)
            name = f"{package['name']}.parquet"
            table = get(f"{folder}{name}")
            if table is None:
                raise NothingPublishedError(f"A «{place}» manca «{folder}{name}».")
            _write(workspace / name, table)
            found[package["name"]] = (workspace / name, package)
    return found


def _needed(path: str) -> bool:
    """Tell whether the next release needs the file: to compare, or to publish it again."""
    parts = path.split("/")
    if len(parts) < 3 or parts[0] != "dati":
        return path == "dati/modifiche.json"
    if parts[2] == "versioni":
        return len(parts) > 4 or parts[-1] == "index.json"
    return len(parts) == 3 and (
        parts[2] in (f"{parts[1]}.parquet", "datapackage.json", "modifiche.json", "ritirate.csv")
    )


def _kept(path: Path, entry: Entry) -> bytes | None:
    """Return the file as an earlier fetch left it, if it is still the published one."""
    if not path.is_file() or path.stat().st_size != entry.bytes:
        return None
    content = path.read_bytes()
    return content if hashlib.sha256(content).hexdigest() == entry.sha256 else None


def _entries(manifest: bytes) -> dict[str, Entry]:
    try:
        listed = [Entry(**entry) for entry in json.loads(manifest)["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseRefusedError(
            f"Il manifesto pubblicato non è leggibile ({error}). Ripristinare quella pubblicazione."
        ) from None
    for entry in listed:
        path = PurePosixPath(entry.path)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.path:
            raise ReleaseRefusedError(
                f"Il manifesto pubblicato nomina un file fuori dal sito: «{entry.path}»."
            )
    return {entry.path: entry for entry in listed}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@contextmanager
def _reader(source: str) -> Iterator[Callable[[str], bytes | None]]:
    """Yield what reads one file of the release; None where it is not there."""
    if not source.startswith(("http://", "https://")):
        folder = Path(source)
        yield lambda path: (folder / path).read_bytes() if (folder / path).is_file() else None
        return
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client:
        yield lambda path: _download(client, f"{source.rstrip('/')}/{quote(path)}")


def _download(client: httpx.Client, address: str) -> bytes | None:
    last = ""
    for _ in range(_ATTEMPTS):
        try:
            answer = client.get(address)
        except httpx.HTTPError as error:
            last = type(error).__name__
            continue
        if answer.status_code in (404, 410):
            return None
        if answer.is_success:
            return answer.content
        last = f"stato {answer.status_code}"
    raise ReleaseRefusedError(
        f"«{address}» non risponde ({last}). Nulla è cambiato: riprovare più tardi."
    )
