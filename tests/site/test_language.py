"""Numbers, dates, words and addresses as the pages write them."""

from __future__ import annotations

from datetime import date

import pytest

from etl.site import language


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234, "1.234"),
        (43851, "43.851"),
        (1234567, "1.234.567"),
        (17.8, "17,8"),
        (1234.5, "1.234,5"),
        (23.0, "23"),
        (-4, "-4"),
        (None, "–"),
    ],
)
def test_numbers_have_dots_between_thousands_and_a_decimal_comma(
    value: float | None, text: str
) -> None:
    assert language.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2025, 12, 31), "31 dicembre 2025"),
        ("2026-01-01", "1º gennaio 2026"),
        ("2024-07", "luglio 2024"),
        ("2016", "2016"),
        (None, "–"),
    ],
)
def test_dates_are_written_in_full_as_finely_as_they_are_known(
    value: date | str | None, text: str
) -> None:
    assert language.long_date(value) == text


def test_a_noun_agrees_with_its_number() -> None:
    assert language.count(1, "posto", "posti") == "1 posto"
    assert language.count(0, "posto", "posti") == "0 posti"
    assert language.count(1200, "posto", "posti") == "1.200 posti"


@pytest.mark.parametrize(
    ("size", "text"), [(812, "812 byte"), (24_310, "24 kB"), (1_340_000, "1,3 MB")]
)
def test_sizes_are_rounded_to_what_a_person_reads(size: int, text: str) -> None:
    assert language.file_size(size) == text


def test_a_list_of_words_ends_with_and() -> None:
    assert language.listing(["Lecco"]) == "Lecco"
    assert language.listing(["Como", "Lecco", "Lodi"]) == "Como, Lecco e Lodi"


def test_searches_ignore_accents_and_case() -> None:
    assert language.fold("Almè") == "alme"
    assert language.slugify("Città metropolitana di Milano") == "citta-metropolitana-di-milano"


def test_words_are_sorted_whatever_their_accents() -> None:
    assert sorted(["Zelo", "Élite", "Almè", "Alba"], key=language.collation_key) == [
        "Alba",
        "Almè",
        "Élite",
        "Zelo",
    ]


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://www.example.it/pagina?x=1", True),
        ("http://example.it", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>1</script>", False),
        ("//example.it", False),
        ("https://", False),
        ("https://exa mple.it", False),
        ("java\nscript:alert(1)", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(address: str | None, linked: bool) -> None:
    assert (language.web_address(address) is not None) is linked


def test_a_mail_link_quotes_subject_and_body() -> None:
    link = language.mail_link("a@b.it", "Errore & altro", "riga 1\nriga 2")
    assert link == "mailto:a@b.it?subject=Errore%20%26%20altro&body=riga%201%0Ariga%202"


@pytest.mark.parametrize("address", [None, "", "nessuna", "a@b", 'a@b.it"onclick=1', "a@b.it?x=1"])
def test_a_text_that_is_no_address_gets_no_mail_link(address: str | None) -> None:
    assert language.mail_link(address) is None


@pytest.mark.parametrize(
    ("text", "link"),
    [("02 6765 1", "tel:0267651"), ("+39 0341-295111", "tel:+390341295111"), ("chiuso", None)],
)
def test_telephone_numbers_can_be_called(text: str, link: str | None) -> None:
    assert language.phone_link(text) == link


def test_code_points_that_html_forbids_never_reach_a_page() -> None:
    assert language.printable("a\x96b\x00c\ud800d\uffffe\x7f") == "a b c d e "
    assert language.printable("è «così»\n\t– 😀") == "è «così»\n\t– 😀"
    assert language.printable(7) == 7
