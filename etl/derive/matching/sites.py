"""Whether an operator's site suits a person, and why: near enough, with what the person asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.contracts import vocabulary
from etl.derive.matching.explanation import nearness, too_far
from etl.derive.matching.sentences import Voice, say


@dataclass(frozen=True)
class SiteExplanation:
    """Why a site suits a person (`reasons`) or does not (`obstacles`: empty when it does)."""

    obstacles: tuple[str, ...]
    reasons: tuple[str, ...]


def explain_site(
    distance: int,
    limit: int,
    group: str | None,
    access: Sequence[str],
    site_groups: Sequence[str],
    site_access: Sequence[str],
    voice: Voice = "ufficio",
) -> SiteExplanation:
    """Return why a site suits who asks for experience with `group` and for every `access`.

    Distance and limit are whole metres. What a catalogue does not state counts as not there:
    the person is told that it is not stated.
    """
    groups, features = vocabulary("gruppi_disabilita"), vocabulary("accessibilita")
    asked = [name for name in features if name in access]
    obstacles = list(too_far(distance, limit, voice))
    reasons = [nearness(distance, voice)]
    if group is not None:
        known = group in site_groups
        name = "esperienza" if known else "esperienza_manca"
        (reasons if known else obstacles).append(say(name, voice, gruppo=groups[group].it))
    obstacles += [
        say("accesso_manca", voice, accesso=features[name].it)
        for name in asked
        if name not in site_access
    ]
    there = [features[name].it for name in asked if name in site_access]
    if there:
        reasons.append(say("accesso", voice, accessi=", ".join(there)))
    return SiteExplanation(tuple(obstacles), tuple(reasons))
