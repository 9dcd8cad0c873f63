// How the result is reached: the sums, and the split among provinces.

import { numero } from "./cifre.js";
import { crea } from "./elementi.js";
import { voce } from "./quota-frasi.js";

function rigaConto(nome, valore, segno, totale = false) {
  return crea(
    "tr",
    totale ? { class: "totale" } : {},
    crea("th", { scope: "row" }, nome),
    crea("td", { class: "num" }, `${segno}${numero(valore)}`),
  );
}

export function contoBase({ cifre }) {
  const telelavoro = cifre.telelavoro_riproporzionato + cifre.telelavoro_intero;
  const tolti = [
    ["Persone con disabilità", cifre.disabili_dipendenti],
    ["Categorie escluse", cifre.esclusi_art3],
    ["Altre categorie protette", cifre.protette_non_computate],
    ["Tempo parziale", cifre.riduzione_part_time],
    ["Lavoro a chiamata", cifre.riduzione_intermittenti],
    ["Telelavoro", telelavoro],
  ].filter(([, valore]) => valore === null || valore > 0n);
  const righe = [
    rigaConto("Dipendenti in Italia", cifre.dipendenti, ""),
    ...tolti.map(([nome, valore]) => rigaConto(nome, valore, valore === null ? "" : "− ")),
    rigaConto("Base di computo, articolo 3", cifre.base_computo_art3, "", true),
  ];
  if (cifre.base_computo_art18 !== cifre.base_computo_art3) {
    righe.push(rigaConto("Base di computo, articolo 18", cifre.base_computo_art18, "", true));
  }
  return righe;
}

export function contoPosti({ cifre }) {
  const saldo = cifre.scoperture_disabili_con_segno;
  const gruppo = cifre.eccedenze_gruppo_disabili - cifre.riduzioni_gruppo_disabili;
  const righe = [rigaConto("Quota di riserva", cifre.quota_riserva_disabili, "")];
  if (cifre.esonerati > 0n) righe.push(rigaConto("Posti esonerati", cifre.esonerati, "− "));
  righe.push(rigaConto("Persone con disabilità in forza", cifre.disabili_in_forza, "− "));
  if (cifre.abbattimento > 0n) {
    righe.push(rigaConto("Coperti da altre categorie protette", cifre.abbattimento, "− "));
  }
  if (gruppo !== 0n) {
    righe.push(
      rigaConto(
        "Compensazione nel gruppo",
        gruppo > 0n ? gruppo : -gruppo,
        gruppo > 0n ? "+ " : "− ",
      ),
    );
  }
  righe.push(
    saldo !== null && saldo < 0n
      ? rigaConto("Posti oltre la quota", -saldo, "", true)
      : rigaConto("Posti scoperti", cifre.scoperture_disabili, "", true),
  );
  if (cifre.quota_riserva_art18 !== 0n || cifre.categorie_protette_in_forza > 0n) {
    righe.push(
      rigaConto("Quota per le altre categorie protette", cifre.quota_riserva_art18, ""),
      rigaConto("Altre categorie protette in forza", cifre.categorie_protette_in_forza, "− "),
      rigaConto("Posti scoperti, articolo 18", cifre.scoperture_art18, "", true),
    );
  }
  return righe;
}

const COLONNE = [
  ["Base", "base_computo_art3_provincia", "base_computo_art3"],
  ["Quota", "quota_riserva_disabili_provincia", "quota_riserva_disabili"],
  ["Esonerati", "esonerati_provincia", "esonerati"],
  ["In forza", "disabili_in_forza_provincia", "disabili_in_forza"],
  ["Compensazioni", null, null],
  ["Scoperti", "scoperture_disabili_provincia", "scoperture_disabili"],
  ["Quota art. 18", "quota_riserva_art18_provincia", "quota_riserva_art18"],
  ["Scoperti art. 18", "scoperture_art18_provincia", "scoperture_art18"],
];

const compensazioni = ({ eccedenza_disabili: piu, riduzione_disabili: meno }) =>
  [piu > 0n ? `+${numero(piu)}` : "", meno > 0n ? `−${numero(meno)}` : ""]
    .filter(Boolean)
    .join(" ") || "0";

// Columns in which there is nothing to read are left out.
function colonneUtili({ etichette, righe, cifre }) {
  const serve = {
    Esonerati: cifre.esonerati > 0n,
    Compensazioni: etichette.some((codice) => compensazioni(righe[codice]) !== "0"),
    "Quota art. 18": cifre.quota_riserva_art18 !== 0n,
    "Scoperti art. 18": cifre.quota_riserva_art18 !== 0n,
  };
  return COLONNE.filter(([colonna]) => serve[colonna] ?? true);
}

export function riparto(esito, nomi) {
  const colonne = colonneUtili(esito);
  const cella = (colonna, testo) =>
    crea("td", { class: "num", "data-colonna": colonna }, crea("span", {}, testo));
  const testa = crea(
    "tr",
    {},
    ["Provincia", ...colonne.map(([colonna]) => colonna)].map((testo, i) =>
      crea("th", i ? { scope: "col", class: "num" } : { scope: "col" }, testo),
    ),
  );
  const corpo = esito.etichette.map((codice) => {
    const sua = esito.righe[codice];
    return crea(
      "tr",
      {},
      crea("th", { scope: "row" }, nomi.get(codice)),
      colonne.map(([colonna, nome]) =>
        cella(colonna, nome ? numero(sua[nome]) : compensazioni(sua)),
      ),
    );
  });
  corpo.push(
    crea(
      "tr",
      { class: "totale" },
      crea("th", { scope: "row" }, "Italia"),
      colonne.map(([colonna, , nome]) => cella(colonna, nome ? numero(esito.cifre[nome]) : "–")),
    ),
  );
  return { testa, corpo };
}

// Where one province has too many people and another too few, the whole hides what is lacking.
export function daCompensare({ etichette, righe, cifre }) {
  return [
    ["disabili", "persone con disabilità"],
    ["art18", "altre categorie protette"],
  ].flatMap(([tipo, chi]) => {
    const somma = etichette.reduce(
      (totale, codice) => totale + (righe[codice][`scoperture_${tipo}_provincia`] ?? 0n),
      0n,
    );
    const nazionale = cifre[`scoperture_${tipo}`];
    if (nazionale === null || somma <= nazionale) return [];
    return [
      `Posti scoperti per ${chi}: le province insieme ne hanno ${numero(somma)}, l’azienda ` +
        `${numero(nazionale)}. Serve una compensazione: chi ne ha coperti di più copre le altre.`,
    ];
  });
}

export function passiProvince(esito, nomi) {
  return esito.etichette.map((codice) => {
    const suoi = esito.motivi.filter(({ dove, frase }) => dove === codice && frase);
    return crea(
      "div",
      {},
      crea("h3", {}, nomi.get(codice)),
      crea(
        "ul",
        { class: "passi" },
        suoi.map((motivo) => voce(motivo, esito.legge, false)),
      ),
    );
  });
}
