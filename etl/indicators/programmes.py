"""F11–F14, F16–F20 and F26–F34: demand, companies, agreements, plans, networks, quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from etl.indicators.estimates import (
    COMPARABLE,
    Estimate,
    byar,
    change,
    proportion,
    ratio,
    wilson,
)
from etl.indicators.resources import parameter

# People from which a network is called large: a class of the page, not a rule.
LARGE_NETWORK = 100


def coverage(in_force: float, quota: float) -> Estimate:
    """F11: people with disabilities in force over the quota; above 1 where more are employed."""
    return ratio(in_force, quota)


def uncovered_rate(uncovered: float, quota: float) -> Estimate:
    """F11: posts of the quota still open, of the quota."""
    return proportion(uncovered, quota)


def net_uncovered(uncovered: float, under_agreement: float, exempted: float) -> float:
    """F12: open posts less those under agreement and exempted; never below zero."""
    return max(0.0, uncovered - under_agreement - exempted)


def tension(posts: float, people: float) -> Estimate:
    """F13: posts offered over people available, of one occupational group."""
    return ratio(posts, people)


def cross_province_gain(across: float, within: float, posts: float) -> Estimate:
    """F14: posts that only matching across provinces fills, of all posts."""
    if across < within:
        raise ValueError("matching across provinces fills no fewer posts than within them")
    return proportion(across - within, posts)


def penetration(beneficiaries: float, obliged: float) -> Estimate:
    """F16: companies that received the measure over companies under the obligation."""
    return ratio(beneficiaries, obliged)


def newcomers(new: float, beneficiaries: float) -> Estimate:
    """F16: companies at their first time, of those that received the measure."""
    return proportion(new, beneficiaries)


def voluntary_hires(not_obliged: float, hires: float) -> Estimate:
    """F17: hires by companies without an obligation, of all hires; it proves no cause."""
    return proportion(not_obliged, hires)


@dataclass(frozen=True)
class AgreementUse:
    """Use of art. 14: share of the quota, share of companies, orders for each worker (€)."""

    quota: Estimate
    companies: Estimate
    order: Estimate


def agreement_use(
    workers: float, quota: float, agreements: float, obliged: float, orders: float
) -> AgreementUse:
    """F18: workers under agreement / quota; agreements / obliged companies; orders (€) a worker."""
    return AgreementUse(ratio(workers, quota), ratio(agreements, obliged), ratio(orders, workers))


def by_criterion(people: Sequence[frozenset[str]], criteria: Sequence[str]) -> dict[str, int]:
    """F19: how many people meet each criterion; one person may meet several."""
    return {name: sum(name in met for met in people) for name in criteria}


@dataclass(frozen=True)
class PilotOutputs:
    """Outputs of a pilot: counts only, because they are few."""

    certified: int
    hired: int
    kept: int


def pilot_outputs(enrolled: int, certified: int, hired: int, kept: int) -> PilotOutputs:
    """F20: raises ValueError where an output is not among those before it."""
    if not (0 <= kept <= hired <= enrolled and 0 <= certified <= enrolled):
        raise ValueError("outputs are among the enrolled, kept jobs among the hires")
    return PilotOutputs(certified, hired, kept)


def replicability(checks: Mapping[str, bool]) -> int:
    """F26: how many of the five conditions for taking a practice elsewhere hold (0–5)."""
    return sum(bool(value) for value in checks.values())


def days_to_open(act: date, opening: date) -> int:
    """F27: days from the act that sets the desk up to its opening; raises if it opened before."""
    if opening < act:
        raise ValueError("a desk does not open before its act")
    return (opening - act).days


def promoters_per_hundred(promoters: float, obliged: float) -> Estimate:
    """F27: promoters for each hundred companies under the obligation."""
    found = ratio(promoters, obliged)
    value = None if found.value is None else 100 * found.value
    return Estimate(value, promoters, obliged)


def involvement(involved: float, contacted: float) -> Estimate:
    """F27: companies involved, of those contacted."""
    return proportion(involved, contacted)


@dataclass(frozen=True)
class Growth:
    """Change since the baseline, and whether the expected increase came."""

    change: Estimate
    reached: bool | None


def growth_since(now: float, baseline: float) -> Growth:
    """F28: (now − baseline) / baseline; the target is reached where it is above zero."""
    found = change(now, baseline)
    return Growth(found, None if found.value is None else found.value > 0)


@dataclass(frozen=True)
class Insertions:
    """Persons and insertions of a year, and the shares of two kinds among the insertions."""

    persons: int
    insertions: int
    social: Estimate
    protected: Estimate


def insertions(persons: int, entries: int, social: int, protected: int) -> Insertions:
    """F29: raises ValueError where there are more persons than insertions."""
    if persons > entries:
        raise ValueError("a person inserted has at least one insertion")
    return Insertions(persons, entries, proportion(social, entries), proportion(protected, entries))


def progress(states: Sequence[str]) -> dict[str, Estimate]:
    """F30: share of actions in each state; every action is counted, so there is no interval."""
    return {
        state: ratio(sum(item == state for item in states), len(states))
        for state in ("non_avviata", "in_corso", "conclusa", "sospesa")
    }


def achieved(done: float, planned: float) -> Estimate:
    """F31: done over planned (meetings, projects, documents); above 1 where more was done."""
    return ratio(done, planned)


def internships(started: float, districts: int, each: int = 2) -> Estimate:
    """F32: internships started over those planned, two for each district."""
    return ratio(started, districts * each)


def kept_after_layoff(kept: float, returned: float) -> Estimate:
    """F33: workers employed six months after the lay-off fund ended, of those who came back."""
    return proportion(kept, returned)


def adapted(granted: float, requested: float) -> Estimate:
    """F33: adaptations for remote work made, of those asked for."""
    return proportion(granted, requested)


def completeness(filled: float, expected: float) -> Estimate:
    """F34: values given, of the values asked for (ISO/IEC 25012)."""
    return proportion(filled, expected)


@dataclass(frozen=True)
class NetworkEvidence:
    """What a network's figures let one say, in the codes of the data set `reti-valutate`."""

    size: str
    outcome: str
    benefit: str
    evidence: str


def network_evidence(
    people: float | None,
    placed: float | None,
    expected: float | None,
    answers: float | None,
    better: float | None,
) -> NetworkEvidence:
    """F8 and F6 of a network, as classes (None: nobody sent the figure).

    The outcome is above (below) what was expected where Byar's 95 % interval of O/E lies above
    (below) 1; the benefit is shown where Wilson's interval of those who improved lies above the
    declared share. Fewer people, or answers, than the declared minimum are not compared.
    """
    least = parameter("panel_persone")
    size = "meno_di_30"
    if people is not None and people >= least:
        size = "30_99" if people < LARGE_NETWORK else "100_e_piu"
    outcome = benefit = "non_confrontabile"
    if people is not None and people >= least and placed is not None and expected:
        low, high = byar(placed, expected)
        outcome = "sopra" if low > 1 else "sotto" if high < 1 else "in_linea"
    if answers is not None and answers >= COMPARABLE and better is not None:
        shown = wilson(better, answers)[0] > parameter("panel_migliorati")
        benefit = "mostrato" if shown else "non_mostrato"
    good = (outcome == "sopra") + (benefit == "mostrato")
    evidence = ("nessuno", "un_criterio", "due_criteri")[good]
    if "non_confrontabile" in (outcome, benefit):
        evidence = "non_confrontabile"
    return NetworkEvidence(size, outcome, benefit, evidence)


def leverage(private: float, public: float) -> Estimate:
    """Share of private money in what a network brings together."""
    return proportion(private, private + public)


def share(part: float, whole: float) -> Estimate:
    """A part of a whole, where all the whole is known (no sample, no interval)."""
    if part > whole:
        raise ValueError("the part cannot exceed the whole")
    return ratio(part, whole)


def network_density(links: int, members: int) -> Estimate:
    """Links among members, of all that could be; one link for each pair."""
    return proportion(links, members * (members - 1) / 2)


def mean_degree(links: int, members: int) -> Estimate:
    """Links of a member, on average."""
    return ratio(2 * links, members)
