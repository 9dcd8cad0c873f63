"""A page to render and a file to write: what every section of the site hands over."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Page:
    """One page: where it stands, which template draws it, what it is called.

    `trail` holds the steps between home and the page (address from the root, name);
    `counterpart` is the address of the same page in the other language, where there is one.
    """

    path: str
    template: str
    title: str
    description: str
    trail: tuple[tuple[str, str], ...] = ()
    context: dict[str, Any] = field(default_factory=dict)
    counterpart: str | None = None

    @property
    def address(self) -> str:
        """The page's address from the root of the site."""
        return self.path.removesuffix("index.html")


@dataclass(frozen=True)
class Asset:
    """One file beside the pages: from text or bytes, or the very file of the releasable zone."""

    path: str
    text: str | None = None
    source: Path | None = None
    content: bytes | None = None

    def write(self, output: str | Path) -> None:
        """Write the file under `output`."""
        target = Path(output) / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.source is not None:
            try:
                os.link(self.source, target)
            except OSError:  # the site is on another disk
                shutil.copyfile(self.source, target)
        elif self.content is not None:
            target.write_bytes(self.content)
        else:
            target.write_text(self.text or "", encoding="utf-8", newline="\n")
