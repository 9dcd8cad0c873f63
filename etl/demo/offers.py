"""Invented vacancies in the ministry's Cliclavoro format (`Vacancy`, revision 064)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from etl.demo.archives import write_zip
from etl.demo.chance import Chance
from etl.demo.companies import REFERENCE, Company, Plan, Vacancy, draw_company
from etl.demo.economy import Economy
from etl.demo.territory import Territory

NAMESPACE = "http://servizi.lavoro.gov.it/vacancy"
OFFERS = 200
# numbers far from those of the companies that send statements
_FIRST = 900_000


def write_offers(
    path: Path, territory: Territory, economy: Economy, scale: float, seed: int
) -> tuple[int, int]:
    """Write a zip with one file a vacancy; return how many vacancies and posts are open.

    One in forty is closed and one in sixty is not to be seen: those are not counted.
    """
    counted = [0, 0]
    write_zip(path, _files(territory, economy, max(2, round(OFFERS * scale)), seed, counted))
    return counted[0], counted[1]


def _files(
    territory: Territory, economy: Economy, wanted: int, seed: int, counted: list[int]
) -> Iterator[tuple[str, bytes]]:
    done, number = 0, _FIRST
    while done < wanted:
        number += 1
        chance = Chance(seed, "cliclavoro", number)
        plan = Plan(number, chance.pick(territory.by_population), chance.pick(economy.by_weight))
        company = draw_company(plan, territory, economy, seed)
        here = [one for place in company.provinces for one in place.vacancies]
        if not here:
            continue
        vacancy = here[0]
        closed, hidden = number % 40 == 0, number % 60 == 1
        if not (closed or hidden):
            counted[0] += 1
            counted[1] += vacancy.posts
        done += 1
        code = f"DIMOSTRATIVA{number:013d}"
        yield f"{code}.xml", _vacancy(code, company, vacancy, chance, closed, hidden)


def _vacancy(
    code: str, company: Company, vacancy: Vacancy, chance: Chance, closed: bool, hidden: bool
) -> bytes:
    published = REFERENCE - timedelta(days=chance.between(1, 60))
    closing = "<motivochiusura>01</motivochiusura>" if closed else ""
    wish = f"<ulteriorirequisiti>{escape(vacancy.capacities)}</ulteriorirequisiti>"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Vacancy xmlns="{NAMESPACE}"><DatoreLavoro><DatiAnagrafici>'
        f"<codicefiscale>{company.tax_code}</codicefiscale>"
        f"<denominazione>{escape(company.name[:100])}</denominazione>"
        f"<settore>{company.ateco}</settore></DatiAnagrafici><DatiContatto>"
        f"<idcomune>{company.seat.belfiore}</idcomune><email>dimostrativo@azienda.example</email>"
        "</DatiContatto></DatoreLavoro><Richiesta><ProfiloRichiesto>"
        f"<numerolavoratori>{vacancy.posts}</numerolavoratori>"
        f"<idprofessione>{vacancy.occupation}</idprofessione>"
        f"<descrprofessione>{escape(vacancy.task[:250])}</descrprofessione>"
        f"<descrizionericerca>{escape(vacancy.task)}</descrizionericerca></ProfiloRichiesto>"
        f"<IstruzioneFormazione>{wish if vacancy.capacities else ''}</IstruzioneFormazione>"
        f"<CondizioniOfferte><idcomune>{vacancy.comune}</idcomune>"
        "<idtipologiacontratto>A01</idtipologiacontratto></CondizioniOfferte><DurataRichiesta>"
        f"<datapubblicazione>{published}T09:00:00</datapubblicazione></DurataRichiesta>"
        "</Richiesta><AltreInformazioni><N.O.>NO</N.O.></AltreInformazioni><DatiSistema>"
        f"<visibilita>{'NO' if hidden else 'SI'}</visibilita>"
        f"<tipoofferta>01</tipoofferta>{closing}<codiceofferta>{code}</codiceofferta>"
        "</DatiSistema></Vacancy>\n"
    )
    return text.encode("utf-8")
