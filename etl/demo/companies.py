"""Invented companies: who they are, whom they employ and which posts they offer."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from etl.demo.chance import Chance, Weighted
from etl.demo.economy import DATA, Economy, Sector
from etl.demo.lexicon import company_tax_code
from etl.demo.obligation import (
    Figures,
    Hours,
    Staff,
    base,
    exemption_percentage,
    in_force,
    most_exempted,
    quota,
    quota_18,
    round_over_half,
    summarise,
)
from etl.demo.territory import Comune, Territory

REFERENCE = date(2025, 12, 31)
DEADLINE = date(2026, 1, 31)
YEAR = REFERENCE.year

SIZE_BANDS: tuple[tuple[int, int, float], ...] = (
    (15, 35, 0.0),
    (36, 50, 0.0),
    (51, 150, 1.2),
    (151, 500, 1.3),
    (501, 6500, 1.45),
)
BAND_WEIGHTS = (545, 150, 205, 76, 24)
SEVERAL_PROVINCES = (0.03, 0.08, 0.2, 0.45, 0.8)
EXACT_HALVES = (150, 250, 350, 450)

# Reduced weeks whose groups add up to whole posts: (minutes worked, people in a group).
WHOLE_WEEKS = ((1200, 2), (1800, 4), (1440, 5))
FULL_WEEK = 2400
WEEKS = Weighted({(2400, 1200): 26, (2400, 1440): 14, (2400, 1500): 8, (2400, 1800): 16,
                  (2400, 960): 6, (2340, 1170): 6, (2310, 1155): 5, (2160, 1080): 6,
                  (2160, 1440): 4, (2280, 1260): 4, (2400, 1920): 5})  # fmt: skip
DISABLED_WEEKS = Weighted({(2400, 1200): 30, (2400, 1440): 26, (2400, 1500): 16,
                           (2400, 1800): 14, (2400, 960): 8, (2340, 1170): 6})  # fmt: skip
# Codes of the categories left out of the base: the ministry's table is not public, so these are
# the demonstration's own, all valid for both obligations.
EXCLUDED = Weighted({"0005": 34, "0008": 26, "0009": 30, "0013": 6, "0015": 4})
EXCLUDED_BY_SECTOR = {"costruzioni": "0014", "trasporto": "0017"}

# In thousandths: how many people with disabilities a company of quota 1 and of quota 2 employs.
IN_FORCE_1 = Weighted({0: 232, 1: 668, 2: 86, 3: 14})
IN_FORCE_2 = Weighted({0: 110, 1: 290, 2: 510, 3: 90})

ERRORS = (
    "base_senza_orario_ridotto",
    "quota_errata",
    "scopertura_errata",
    "scopertura_azzerata",
    "categoria_errata",
    "lavoratori_nazionali_diversi",
    "orario_ridotto_oltre_contratto",
    "somma_province_diversa",
    "disabili_contati_per_teste",
    "compensazione_senza_contropartita",
)
ERROR_RATE = 0.021


@dataclass(frozen=True)
class Plan:
    """What is decided for every company before any of them is drawn.

    `trap` says what the company is planted for; `partner` is the other company of a pair.
    """

    number: int
    seat: Comune
    sector: str
    trap: str | None = None
    partner: int = 0
    partner_province: str = ""
    detail: int = 0


@dataclass(frozen=True)
class Vacancy:
    """A vacancy of quadro 2 (`postilavoro`)."""

    occupation: str
    task: str
    posts: int
    subject: str
    comune: str
    capacities: str
    barriers: bool
    night: bool
    transport: bool
    request: str


@dataclass(frozen=True)
class Compensation:
    """A compensation as one province declares it: the other province, E or R, how many."""

    province: str
    kind: str
    number: int
    subject: str
    group_company: str | None = None


@dataclass(frozen=True)
class Exemption:
    """A partial exemption: granted (E) or asked for (F)."""

    state: str
    day: date
    until: date
    percentage: int
    posts: int


@dataclass(frozen=True)
class SelfCertified:
    """The self-certified exemption for jobs at 60 per mille Inail or more."""

    day: date
    at_risk: int
    posts: int
    percentage: int


@dataclass(frozen=True)
class Agreement:
    """An agreement (convenzione): its kind and how many hires it plans."""

    state: str
    kind: str
    day: date
    hires: int


@dataclass
class Province:
    """Everything that a company declares for one province."""

    staff: Staff
    seat: Comune
    seat_code: str
    vacancies: list[Vacancy] = field(default_factory=list)
    compensations: list[Compensation] = field(default_factory=list)
    suspension: tuple[str, str, date, int] | None = None
    gradual: int | None = None
    exemption: Exemption | None = None
    self_certified: SelfCertified | None = None
    agreement: Agreement | None = None
    posts_operators: int | None = None
    posts_physiotherapists: int | None = None


@dataclass
class Company:
    """One statement: the company, its provinces and what quadro 3 declares."""

    number: int
    version: int
    tax_code: str
    name: str
    kind: str
    ateco: str
    agreement: str
    seat: Comune
    seat_code: str
    sent: date
    sent_seconds: int
    provinces: list[Province]
    national: Figures
    lines: list[Figures]
    category: str | None
    employees: int
    parent: str | None = None
    is_parent: bool = False
    first_hire: date | None = None
    second_hire: date | None = None
    gradual: tuple[date, int, int] | None = None
    suspended_until: date | None = None
    public_balance: tuple[int, int] | None = None
    planted: list[str] = field(default_factory=list)
    latin1: bool = False

    @property
    def code(self) -> str:
        """The statement's sixteen-character code."""
        return statement_code(self.number, self.version)

    @property
    def posts(self) -> int:
        """Vacant posts over all provinces."""
        return sum(vacancy.posts for place in self.provinces for vacancy in place.vacancies)


def statement_code(number: int, version: int = 1) -> str:
    """Return the sixteen-character code of a company's statement."""
    return f"DEMO{YEAR}{number:07d}{version}"


@cache
def hostile_texts() -> tuple[tuple[str, ...], str]:
    """Return the hostile tasks and the hostile company name."""
    raw = tomllib.loads((DATA / "testi_ostili.toml").read_text(encoding="utf-8"))
    return tuple(raw["testi"]), raw["azienda"]


def draw_company(
    plan: Plan, territory: Territory, economy: Economy, seed: int, version: int = 1
) -> Company:
    """Return the company of a plan; `version` 0 is the statement that version 1 replaced."""
    return _Draft(plan, territory, economy, seed, version).company()


class _Draft:
    """The steps by which a company is drawn, each reading what the ones before decided."""

    def __init__(
        self, plan: Plan, territory: Territory, economy: Economy, seed: int, version: int
    ) -> None:
        self.plan = plan
        self.territory = territory
        self.economy = economy
        self.version = version
        self.chance = Chance(seed, "azienda", plan.number, version)
        self.profile = Chance(seed, "profilo", plan.number)
        self.sector: Sector = economy.sectors[plan.sector]
        self.kind = self._kind()
        self.band, self.target = self._size()
        self.places = self._places()
        self.legal = self.places[0].staff.province
        self.planted: list[str] = []

    def company(self) -> Company:
        """Return the finished company."""
        self._employ()
        self._exempt()
        self._compensate()
        staffs = [place.staff for place in self.places]
        national, lines = summarise(staffs, self.legal)
        self._offer(lines)
        company = self._identity(national, lines)
        self._rare_sections(company)
        if self.plan.trap:
            company.planted.append(self.plan.trap)
        elif self.chance.happens(ERROR_RATE):
            _plant_error(company, self.chance)
        return company

    # -- who they are

    def _kind(self) -> str:
        if self.plan.partner:
            return "D"
        kind = self.profile.pick(self.sector.kinds)
        return "A" if self.plan.trap and kind == "C" else kind

    def _size(self) -> tuple[int, int]:
        chance = self.chance
        if self.plan.trap in ("quota_coperta_da_uno", "unica_nel_settore_e_comune"):
            return 0, chance.between(17, 30)
        if self.plan.partner:
            return 2, chance.between(70, 140)
        weights = [weight * (self.sector.size**index) for index, weight in enumerate(BAND_WEIGHTS)]
        band = chance.pick(Weighted(dict(enumerate(weights))))
        low, high, shape = SIZE_BANDS[band]
        if shape:
            if chance.happens(0.01) and band < 4:
                return band, chance.one([half for half in EXACT_HALVES if low <= half <= high])
            return band, chance.heavy_tail(low, high, shape)
        if band == 0 and chance.happens(0.008):
            return band, chance.between(11, low - 1)  # sent though nothing is owed any more
        span = high - low + 1
        return band, low + min(chance.below(span), chance.below(span))

    def _places(self) -> list[Province]:
        chance, seat = self.chance, self.plan.seat
        seat_code = seat.belfiore
        if self.plan.trap == "comune_soppresso":
            seat_code = self.territory.suppressed[self.plan.detail].belfiore
        places = [Province(Staff(seat.provincia), seat, seat_code)]
        if self.plan.trap or not chance.happens(SEVERAL_PROVINCES[self.band]):
            return places
        wanted = min(1 + chance.run_length((1.2, 1.3, 1.6, 2.4, 4.5)[self.band]), 20)
        wanted = min(wanted, max(2, self.target // 12))
        taken = {seat.provincia}
        for _ in range(wanted - 1):
            if self.kind != "C" and chance.happens(0.16):
                comune = chance.one(self.territory.outside)
            else:
                province = chance.pick(self.territory.provinces)
                comune = chance.pick(self.territory.within[province])
            if comune.provincia not in taken:
                taken.add(comune.provincia)
                places.append(Province(Staff(comune.provincia), comune, comune.belfiore))
        return [places[0], *sorted(places[1:], key=lambda place: place.staff.province)]

    # -- whom they employ

    def _employ(self) -> None:
        parts = self._parts()
        shares = [quota(self.target)] if len(parts) == 1 else self._rough_quotas(parts)
        wanted = self._people(quota(self.target))
        for place, part, people in zip(
            self.places, parts, self._spread(wanted, shares), strict=True
        ):
            self._staff(place.staff, part, people)

    def _parts(self) -> list[int]:
        if len(self.places) == 1:
            return [self.target]
        weights = [self.chance.share(1.2, 3.0)]
        weights += [self.chance.share(0.15, 1.0) for _ in self.places[1:]]
        parts = [max(2, int(self.target * weight / sum(weights))) for weight in weights]
        parts[0] = max(2, parts[0] + self.target - sum(parts))
        return parts

    def _rough_quotas(self, parts: list[int]) -> list[int]:
        if self.target <= 50:
            return [quota(self.target), *(0 for _ in parts[1:])]
        return [round(part * 0.07) for part in parts]

    def _people(self, owed: int) -> int:
        chance = self.chance
        trap = self.plan.trap
        if trap == "quota_coperta_da_uno":
            return 1
        if trap == "unica_nel_settore_e_comune" or trap in ("testo_ostile", "comune_soppresso"):
            return max(0, owed - 1)
        if trap == "gruppo_cede":
            return owed - 2
        if trap == "gruppo_riceve":
            return owed + 1
        if owed == 1:
            return chance.pick(IN_FORCE_1)
        if owed == 2:
            return chance.pick(IN_FORCE_2)
        if self.kind == "C":
            return round(owed * chance.share(0.72, 1.12))
        if chance.happens(0.07):
            return round(owed * chance.share(0.0, 0.4))
        return round(owed * chance.share(0.61, 1.07))

    def _spread(self, people: int, shares: list[int]) -> list[int]:
        if len(shares) == 1:
            return [people]
        even = self.chance.happens(0.55)
        weights = [share * (1 if even else self.chance.share(0.4, 1.8)) + 0.02 for share in shares]
        exact = [people * weight / sum(weights) for weight in weights]
        counts = [int(value) for value in exact]
        order = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
        for index in order[: people - sum(counts)]:
            counts[index] += 1
        return counts

    def _staff(self, staff: Staff, part: int, people: int) -> None:
        """Fill a province so that its base comes out at `part`."""
        chance, single = self.chance, len(self.places) == 1
        sector = self.sector
        self._disabled(staff, people, single)
        reduced = int(part * sector.part_time * chance.share(0.4, 1.6))
        staff.part_time = self._weeks(min(reduced, part), 3, single, WEEKS)
        if sector.on_call and chance.happens(0.7):
            calls = int(part * sector.on_call * chance.share(0.2, 1.2))
            staff.on_call = self._weeks(calls, 1, single, WEEKS)
        if sector.telework and chance.happens(0.35):
            staff.telework.full_time = int(part * sector.telework * chance.share(0.3, 2))
            if staff.telework.full_time and chance.happens(0.3):
                staff.telework.part_time = [Hours(2, FULL_WEEK, 1200)]
        staff.excluded = self._excluded(part)
        staff.employees = part + self._deducted(staff)
        self._protected(staff, part, single)

    def _disabled(self, staff: Staff, people: int, single: bool) -> None:
        chance = self.chance
        if people > 8 and chance.happens(0.25):
            staff.agency.full_time = chance.between(1, max(1, people // 12))
        if people > 6 and chance.happens(0.12):
            staff.agreements.full_time = chance.between(1, max(1, people // 10))
        if people > 12 and chance.happens(0.3):
            staff.blind_operators.full_time = 1
        if people > 4 and self.sector.key == "sanita" and chance.happens(0.2):
            staff.blind_physiotherapists.full_time = 1
        left = people - (
            staff.agency.full_time
            + staff.agreements.full_time
            + staff.blind_operators.full_time
            + staff.blind_physiotherapists.full_time
        )
        likely = 0.0 if self.plan.trap else min(0.75, 0.22 + self.sector.part_time / 2)
        reduced = chance.successes(left, likely)
        rows = self._weeks(reduced, 2, single, DISABLED_WEEKS)
        if single and reduced and chance.happens(0.015):
            extra = Hours(1, FULL_WEEK, 1500)
            (staff.agency if chance.happens(0.5) else staff.agreements).part_time.append(extra)
        staff.disabled.part_time = rows
        staff.disabled.full_time = left - sum(row.number for row in rows)

    def _weeks(
        self, people: int, rows: int, single: bool, weeks: Weighted[tuple[int, int]]
    ) -> list[Hours]:
        """Return reduced weeks for `people` (or a few fewer where they must add up)."""
        found: dict[tuple[int, int], int] = {}
        for _ in range(rows):
            if people <= 0:
                break
            take = people if len(found) == rows - 1 else max(1, people // 2)
            if single:
                week = self.chance.pick(weeks)
            else:
                worked, group = self.chance.one(WHOLE_WEEKS)
                week, take = (FULL_WEEK, worked), take - take % group
            if take:
                found[week] = found.get(week, 0) + take
                people -= take
        return [Hours(number, *week) for week, number in sorted(found.items())]

    def _excluded(self, part: int) -> list[tuple[str, int]]:
        chance = self.chance
        counts: dict[str, int] = {}
        if self.sector.excluded and chance.happens(0.85):
            code = EXCLUDED_BY_SECTOR[self.sector.key]
            counts[code] = int(part * self.sector.excluded * chance.share(0.5, 3))
        if self.sector.cooperative and chance.happens(0.5):
            counts["0013"] = int(part * chance.share(0.1, 0.5))
        for _ in range(chance.below(4)):
            counts[chance.pick(EXCLUDED)] = int(part * chance.share(0.01, 0.09))
        return [(code, number) for code, number in sorted(counts.items()) if number]

    @staticmethod
    def _deducted(staff: Staff) -> int:
        """Return how many employees the base leaves out, protected categories aside."""
        filled = replace(staff, employees=100_000, protected=0)
        return 100_000 - base([filled])

    def _protected(self, staff: Staff, part: int, single: bool) -> None:
        chance = self.chance
        if not single:
            most = staff.employees // 100
            staff.protected = chance.between(0, most) if most else 0
            staff.employees += staff.protected
            return
        owed = quota_18(part)
        if owed:
            staff.protected = chance.successes(owed, 0.42) if owed > 1 else chance.pick(PROTECTED_1)
        elif chance.happens(0.02):
            staff.protected = 1
        ceiling = round_over_half(Fraction(staff.employees, 100))
        staff.employees += min(staff.protected, ceiling)
        if staff.protected and chance.happens(0.12):
            staff.protected_2000 = chance.between(0, staff.protected)

    # -- exemptions and compensations

    def _exempt(self) -> None:
        chance = self.chance
        if self.kind == "C" or self.plan.trap:
            return
        staffs = [place.staff for place in self.places]
        national, lines = summarise(staffs, self.legal)
        worst = max(range(len(lines)), key=lambda index: (lines[index].signed, -index))
        line, place = lines[worst], self.places[worst]
        percentage = exemption_percentage(hard=self.sector.key in ("vigilanza", "trasporto"))
        room = min(line.signed, most_exempted(line.quota, national.base, percentage))
        if room > 0 and chance.happens(0.11):
            posts = chance.between(1, room)
            state = "E" if chance.happens(0.85) else "F"
            granted = REFERENCE - timedelta(days=chance.between(30, 700))
            until = granted + timedelta(days=365 * chance.between(2, 3))
            place.exemption = Exemption(state, granted, until, percentage, posts)
            if state == "E":
                place.staff.exempted = posts
        if (
            len(staffs) == 1
            and national.category == "A"
            and self.sector.key
            in ("meccanica", "chimica", "ambiente", "costruzioni", "legno_carta")
            and chance.happens(0.1)
        ):
            self._self_certify(place, national)

    def _self_certify(self, place: Province, national: Figures) -> None:
        chance = self.chance
        at_risk = int(national.base * chance.share(0.2, 0.6))
        most = min(
            national.quota - quota(national.base - at_risk),
            national.quota - national.in_force - place.staff.exempted,
            most_exempted(national.quota, national.base, exemption_percentage(hard=False))
            - place.staff.exempted,
        )
        if most > 0:
            posts = chance.between(1, most)
            place.staff.self_certified = posts
            day = REFERENCE - timedelta(days=chance.between(20, 900))
            share = max(1, min(60, 100 * posts // national.quota))
            place.self_certified = SelfCertified(day, at_risk, posts, share)

    def _compensate(self) -> None:
        self._balance("D")
        self._balance("C")
        if self.plan.partner:
            kind = "R" if self.plan.trap == "gruppo_cede" else "E"
            place = self.places[0]
            place.compensations.append(
                Compensation(
                    self.plan.partner_province,
                    kind,
                    1,
                    "D",
                    company_tax_code(self.plan.partner),
                )
            )
            place.staff.moved += 1 if kind == "E" else -1

    def _balance(self, subject: str) -> None:
        """Move posts between provinces until their sum is the national figure.

        A province above its quota takes posts in excess (E), one below gives them up (R).
        """
        if len(self.places) == 1:
            return
        _, lines = summarise([place.staff for place in self.places], self.legal)
        left = [line.signed if subject == "D" else line.signed_18 for line in lines]
        for giver, lacking in enumerate(left):
            for taker in range(len(left)):
                number = min(left[giver], -left[taker])
                if lacking <= 0 or number <= 0 or self.places[taker].exemption:
                    continue
                left[giver] -= number
                left[taker] += number
                self._move(giver, taker, number, subject)

    def _move(self, giver: int, taker: int, number: int, subject: str) -> None:
        for index, other, kind, sign in ((giver, taker, "R", -1), (taker, giver, "E", 1)):
            place = self.places[index]
            province = self.places[other].staff.province
            place.compensations.append(Compensation(province, kind, number, subject))
            if subject == "D":
                place.staff.moved += sign * number
            else:
                place.staff.moved_18 += sign * number

    # -- which posts they offer

    def _offer(self, lines: list[Figures]) -> None:
        chance = self.chance
        for place, line in zip(self.places, lines, strict=True):
            posts = line.uncovered if chance.happens(0.985) else 0
            if place.exemption and place.exemption.state == "F":
                posts = max(0, posts - place.exemption.posts)
            if self.plan.trap and place is self.places[0]:
                posts = max(1, posts)
            elif not posts and chance.happens(0.055):
                posts = 1
            self._vacancies(place, posts, "D")
            self._vacancies(place, line.uncovered_18 if chance.happens(0.93) else 0, "C")
        if self.plan.trap == "testo_ostile":
            texts, _ = hostile_texts()
            text = texts[self.plan.detail % len(texts)][:200]
            first = self.places[0].vacancies[0]
            capacities = text if self.plan.detail % 2 else first.capacities
            self.places[0].vacancies[0] = replace(first, task=text, capacities=capacities)

    def _vacancies(self, place: Province, posts: int, subject: str) -> None:
        chance = self.chance
        while posts > 0:
            number = min(posts, chance.run_length(2.4))
            posts -= number
            place.vacancies.append(self._vacancy(place, number, subject))

    def _vacancy(self, place: Province, posts: int, subject: str) -> Vacancy:
        chance, economy = self.chance, self.economy
        trade = economy.trade(self.sector, chance)
        comune, code = place.seat, place.seat_code
        within = self.territory.within.get(place.staff.province)
        if within and not self.plan.trap and chance.happens(0.3):
            comune = chance.pick(within)
            code = comune.belfiore
        people = comune.popolazione
        size = 0 if people < 2_000 else 1 if people < 10_000 else 2 if people < 50_000 else 3
        reachable = (0.3, 0.55, 0.8, 0.96)[size]
        nominative = 0.55 if self.kind == "C" else 0.93
        return Vacancy(
            f"{trade.code}.{chance.between(1, 12)}",
            economy.task(trade, chance),
            posts,
            subject,
            code,
            economy.capacities(trade, chance),
            chance.happens(min(0.9, trade.barriers * (1.3, 1.15, 1.0, 0.8)[size])),
            chance.happens(trade.night),
            chance.happens(reachable - 0.15 * (trade.place in ("cantiere", "verde", "produzione"))),
            "NO" if chance.happens(nominative) else "NU",
        )

    # -- the statement

    def _identity(self, national: Figures, lines: list[Figures]) -> Company:
        chance, plan = self.chance, self.plan
        late = chance.happens(0.02)
        sent = DEADLINE + timedelta(days=chance.between(1, 27) if late else -chance.below(26))
        if self.version == 0:
            sent = date(2026, 1, 5)
        elif plan.trap == "prospetto_sostituito":
            sent = date(2026, 1, 28)
        company = Company(
            number=plan.number,
            version=self.version,
            tax_code=company_tax_code(plan.number),
            name=self._name(),
            kind=self.kind,
            ateco=self.profile.one(self.sector.codes),
            agreement=self.sector.agreement,
            seat=plan.seat,
            seat_code=self.places[0].seat_code,
            sent=sent,
            sent_seconds=chance.between(8 * 3600, 19 * 3600),
            provinces=self.places,
            national=national,
            lines=lines,
            category=national.category,
            employees=sum(place.staff.employees for place in self.places),
            planted=self.planted,
            latin1=chance.happens(0.01),
        )
        if self.kind == "D":
            company.is_parent = plan.trap == "gruppo_riceve"
            parent = plan.partner if plan.trap == "gruppo_cede" else 9_000_000 + plan.number % 500
            company.parent = None if company.is_parent else company_tax_code(parent)
        return company

    def _name(self) -> str:
        chance, number = self.profile, f"{self.plan.number:05d}"
        if self.plan.trap == "testo_ostile" and self.plan.detail == 0:
            return f"{hostile_texts()[1]} {number}"
        word = self.sector.name
        if self.kind == "C":
            return f"Ente pubblico dimostrativo {number} {word}"
        if self.sector.cooperative:
            return f"{word} Esempio {number} Società cooperativa sociale"
        form = chance.pick(LEGAL_FORMS)
        pattern = chance.one(NAME_PATTERNS)
        return f"{pattern.format(word=word, number=number)} {form}"

    def _rare_sections(self, company: Company) -> None:
        chance = self.chance
        short = company.national.uncovered > 0
        if company.category == "C" and chance.happens(0.04):
            company.first_hire = date(YEAR, chance.between(1, 12), chance.between(1, 28))
            if chance.happens(0.5):
                company.second_hire = company.first_hire + timedelta(days=chance.between(10, 300))
        if self.kind != "C" and chance.happens(0.015):
            until = date(2026, chance.between(3, 12), 28)
            company.suspended_until = until
            for place in self.places[:1]:
                cause = "1" if chance.happens(0.2) else "2"
                people = max(1, place.staff.employees // chance.between(3, 9))
                place.suspension = (cause, "E" if chance.happens(0.9) else "F", until, people)
        if self.kind == "B" and chance.happens(0.5):
            company.gradual = (date(2024, 3, 1), chance.between(1, 9), chance.between(10, 90))
            self.places[0].gradual = chance.between(1, 3)
        if self.kind == "C" and chance.happens(0.3):
            company.public_balance = (chance.between(-3, 3), chance.between(-1, 1))
        for place, line in zip(self.places, company.lines, strict=True):
            if short and line.uncovered and chance.happens(0.12):
                signed = REFERENCE - timedelta(days=chance.between(10, 1000))
                place.agreement = Agreement(
                    "E" if chance.happens(0.9) else "F",
                    chance.pick(AGREEMENT_KINDS),
                    signed,
                    min(99, line.uncovered),
                )
            if place.staff.blind_operators.heads:
                place.posts_operators = place.staff.blind_operators.heads
            if place.staff.blind_physiotherapists.heads:
                place.posts_physiotherapists = place.staff.blind_physiotherapists.heads


PROTECTED_1 = Weighted({0: 560, 1: 380, 2: 45, 3: 15})
AGREEMENT_KINDS = Weighted({"1": 55, "2": 20, "3": 6, "4": 5, "5": 14})
LEGAL_FORMS = Weighted({"S.r.l.": 62, "S.p.A.": 26, "Soc. coop.": 6, "S.c.a r.l.": 3, "S.a.s.": 3})
NAME_PATTERNS = (
    "Ditta Dimostrativa {number} {word}",
    "{word} Esempio {number}",
    "{word} di Prova {number}",
    "Nome Fittizio {number} {word}",
    "Azienda Immaginaria {number} {word}",
    "{word} Segnaposto {number}",
)


def _plant_error(company: Company, chance: Chance) -> None:
    """Change what quadro 3 declares, in one known way that applies to the company."""
    start = chance.below(len(ERRORS))
    if len(company.lines) > 1 and chance.happens(0.8):
        # the errors that only a company of several provinces can make
        moved = any(place.compensations for place in company.provinces)
        start = ERRORS.index(
            "compensazione_senza_contropartita" if moved else "somma_province_diversa"
        )
    for step in range(len(ERRORS)):
        kind = ERRORS[(start + step) % len(ERRORS)]
        if _declare_wrong(company, kind):
            company.planted.append(kind)
            return


def _declare_wrong(company: Company, kind: str) -> bool:
    national, lines = company.national, company.lines
    first = lines[0]
    single = len(lines) == 1
    staff = company.provinces[0].staff
    if kind == "base_senza_orario_ridotto" and single and staff.part_time:
        whole = [Hours(row.number, row.contract, row.contract) for row in staff.part_time]
        wrong = base([replace(staff, part_time=whole)])
        changed = wrong != national.base
        for line in (national, first):
            line.base = line.base_18 = wrong
        return changed
    if kind == "quota_errata" and single and national.quota:
        for line in (national, first):
            line.quota += 1
            line.signed += 1
        return True
    if kind == "scopertura_errata" and national.quota:
        for line in (national, first):
            line.signed = line.uncovered + 1
        return True
    if kind == "scopertura_azzerata" and national.uncovered:
        for line in (national, *lines):
            line.signed = min(0, line.signed)
        return True
    if kind == "categoria_errata" and company.category:
        company.category = {"A": "B", "B": "C", "C": "B"}[company.category]
        return True
    if kind == "lavoratori_nazionali_diversi":
        company.employees += 1 + company.number % 5
        return True
    if kind == "orario_ridotto_oltre_contratto" and staff.part_time:
        row = staff.part_time[0]
        staff.part_time[0] = Hours(row.number, row.worked, row.contract)
        return row.worked < row.contract
    if kind == "somma_province_diversa" and not single:
        lines[-1].signed = lines[-1].uncovered + 1
        return True
    if kind == "compensazione_senza_contropartita":
        for place in company.provinces:
            kept = [one for one in place.compensations if one.kind != "E"]
            if kept != place.compensations:
                place.compensations = kept
                return True
        return False
    if kind == "disabili_contati_per_teste" and single:
        heads = staff.disabled.heads + sum(
            group.heads
            for group in (
                staff.blind_operators,
                staff.blind_physiotherapists,
                staff.agency,
                staff.agreements,
            )
        )
        difference = heads - in_force([staff])
        for line in (national, first):
            line.in_force = heads
            line.signed -= difference
        return difference != 0
    return False
