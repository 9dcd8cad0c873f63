"""Third-party assets: only what the pages use, and nothing that the policy would stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.site import assets
from etl.site.released import SiteError


def test_the_style_is_pruned_and_embeds_no_font() -> None:
    folder = assets.prepare_assets()
    style = (folder / "bootstrap-italia.css").read_text(encoding="utf-8")
    assert len(style) < 60_000
    assert ".btn" in style
    assert "VideoJS" not in style
    assert "data:application" not in style


def test_icons_are_those_that_the_pages_name() -> None:
    sheet = (assets.prepare_assets() / "icone.svg").read_text(encoding="utf-8")
    for name in assets.ICONS:
        assert f'id="{name}"' in sheet
    assert sheet.count("<symbol") == len(assets.ICONS)


def test_each_library_comes_with_its_licence() -> None:
    folder = assets.prepare_assets()
    for name in ("bootstrap-italia", "leaflet", "leaflet.markercluster", "titillium-web"):
        assert (folder / "licenze" / f"{name}.txt").stat().st_size > 200


def test_nothing_is_made_again_when_nothing_changed() -> None:
    before = (assets.prepare_assets() / "icone.svg").stat().st_mtime_ns
    assert (assets.prepare_assets() / "icone.svg").stat().st_mtime_ns == before


def test_without_npm_s_packages_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "_STYLE", tmp_path / "manca.css")
    with pytest.raises(SiteError, match="npm ci"):
        assets.prepare_assets()
