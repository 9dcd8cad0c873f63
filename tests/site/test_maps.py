"""Folium's maps: the same bytes each time, texts that stay texts."""

from __future__ import annotations

from typing import Any

from etl.site.maps import Point, outline, region_map

SQUARE: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"codice_provincia": "097", "provincia": "</script><b>Lecco"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[9.0, 45.5], [9.6, 45.5], [9.6, 46.1], [9.0, 46.1], [9.0, 45.5]]],
            },
        }
    ],
}
POINTS = [Point(45.85, 9.4, "097042", "</script><img src=x onerror=1>", 37)]


def test_the_same_points_give_the_same_module() -> None:
    assert region_map(SQUARE, POINTS, "../tema") == region_map(SQUARE, POINTS, "../tema")


def test_names_cannot_end_the_script_nor_open_an_element() -> None:
    module = region_map(SQUARE, POINTS, "../tema").module
    assert "</script" not in module
    assert "<img" not in module
    assert "\\u003cimg src=x onerror=1\\u003e" in module


def test_the_outlines_carry_their_code_and_no_other_property() -> None:
    module = region_map(SQUARE, POINTS, "../tema").module
    assert '"id": "097"' in module
    assert "Lecco" not in module


def test_the_map_has_no_tiles_no_popups_and_a_highest_zoom() -> None:
    module = region_map(SQUARE, POINTS, "../tema").module
    for mark in ("tileLayer", "bindPopup", "bindTooltip", "AwesomeMarkers", "http"):
        assert mark not in module
    assert '"maxZoom": 13' in module


def test_the_module_takes_markers_from_the_theme_and_gives_the_map_back() -> None:
    chart = region_map(SQUARE, POINTS, "../tema")
    first, last = chart.module.splitlines()[0], chart.module.splitlines()[-1]
    assert first == 'import { animata, gruppo, segnaposto } from "../tema/js/segnaposti.js";'
    assert last.startswith(f"export const mappa = {chart.element_id}, ")


def test_a_region_is_drawn_with_its_proportions() -> None:
    drawing = outline(SQUARE, width=100)
    # 0.6 degrees of longitude at 45.8° north are 0.418 degrees of latitude wide
    assert drawing["altezza"] == 143
    assert drawing["tracciati"] == ["M0 143L100 143L100 0L0 0Z"]
