// What follows from the result: duties, offices, incentives, exemption, suspension.

import { conta, euro, numero } from "./cifre.js";
import { crea } from "./elementi.js";
import { elenco, fonti, frasi, voce } from "./quota-frasi.js";

export function scadenze(esito) {
  const { cifre, legge: law } = esito;
  if (!esito.noto) return [];
  if (cifre.quota_riserva_disabili === 0n && cifre.quota_riserva_art18 === 0n) {
    return [
      crea(
        "li",
        {},
        "Con questi numeri non ci sono obblighi da rispettare. Assumere si può comunque, anche con gli incentivi.",
      ),
    ];
  }
  const mostrate = frasi(esito.adempimenti).filter(
    ({ regola }) => regola !== "scadenza_richiesta" || cifre.scoperture_disabili > 0n,
  );
  const voci = mostrate.map((motivo) => voce(motivo, law, true));
  if (cifre.scoperture_disabili > 0n) {
    voci.push(
      crea(
        "li",
        {},
        "Un accordo con gli uffici, cioè una convenzione, permette di programmare le assunzioni nel tempo.",
      ),
    );
  }
  return voci;
}

export function uffici(stato, esito) {
  const tutti = new Map(
    [...document.querySelectorAll("#uffici-tutti [data-provincia]")].map((v) => [
      v.dataset.provincia,
      v,
    ]),
  );
  const cerca = ({ codice, nome }) =>
    tutti.get(codice)?.cloneNode(true) ??
    crea("li", {}, crea("strong", {}, `Collocamento mirato di ${nome}`));
  const conQuota = stato.province.filter(
    ({ codice }, i) =>
      codice &&
      (i === 0 ||
        esito.righe[codice].quota_riserva_disabili_provincia !== 0n ||
        esito.righe[codice].quota_riserva_art18_provincia !== 0n),
  );
  return conQuota.map(cerca);
}

function cellaFonti(nomi, law) {
  return crea("td", { "data-colonna": "Fonte" }, crea("div", {}, fonti(nomi, law)));
}

const CASI = [
  [
    "psichica",
    (v) =>
      `Disabilità intellettiva o psichica, riduzione oltre il ${v("incentivo_riduzione_psichica")}%`,
  ],
  ["alta", (v) => `Riduzione della capacità oltre il ${v("incentivo_riduzione_alta")}%`],
  [
    "media",
    (v) =>
      `Riduzione della capacità dal ${v("incentivo_riduzione_media")}% al ${v("incentivo_riduzione_alta")}%`,
  ],
];

export function incentivi({ incentivi: casi, legge: law }) {
  const valore = (nome) => numero(law[nome].valore);
  return CASI.map(([nome, scrivi]) => {
    const caso = casi[nome];
    const nomi = [
      `incentivo_riduzione_${nome}`,
      `incentivo_percentuale_${nome === "media" ? "media" : "alta"}`,
      `incentivo_mesi_${nome === "psichica" ? "psichica" : "ordinari"}`,
    ];
    const frase = caso
      ? frasi(caso)
          .map(({ frase: testo }) => testo)
          .join(" ")
      : "Da verificare: la regola di questa data non è nota.";
    return crea(
      "tr",
      {},
      crea("th", { scope: "row" }, scrivi(valore)),
      crea("td", { "data-colonna": "Quanto" }, crea("span", {}, frase)),
      cellaFonti(nomi, law),
    );
  });
}

export function dote({ legge: law }) {
  const limiti = ["dote_assunzione_minimo", "dote_assunzione_massimo"];
  const altri = Object.keys(law)
    .filter((nome) => nome.startsWith("dote_") && !limiti.includes(nome))
    .sort((a, b) => (law[a].titolo < law[b].titolo ? -1 : 1));
  const riga = (titolo, quanto, nomi) =>
    crea(
      "tr",
      {},
      crea("th", { scope: "row" }, titolo),
      crea("td", { "data-colonna": "Quanto" }, crea("span", {}, quanto)),
      cellaFonti(nomi, law),
    );
  const [minimo, massimo] = limiti.map((nome) => euro(law[nome].valore));
  return [
    riga("Asse I: per ogni assunzione", `da ${minimo} a ${massimo}`, limiti),
    ...altri.map((nome) => riga(law[nome].titolo, euro(law[nome].valore), [nome])),
  ];
}

export function doteTotale({ dote: { assunzioni, minimo, massimo }, noto }, pubblico) {
  if (pubblico)
    return [
      crea(
        "p",
        { class: "riquadro" },
        "Per gli enti pubblici l’avviso prevede solo il rimborso dei tirocini.",
      ),
    ];
  if (!noto || assunzioni === 0n || minimo === null || massimo === null) return [];
  const quante = conta(assunzioni, "assunzione", "assunzioni");
  return [
    crea(
      "p",
      { class: "riquadro" },
      `Con ${quante}, quante ne mancano: da ${euro(minimo)} a ${euro(massimo)}, secondo i contratti e le persone.`,
    ),
  ];
}

export function esonero({ esonero: risultato, legge: law, cifre }) {
  if (!risultato) return [];
  const { esito, ipotesi, anno, contributo } = risultato;
  const limite = esito.cifre.esonero_limite_di_legge;
  const voci = elenco(esito, law);
  if (ipotesi && esito.cifre.esonero_ammesso === 1n) {
    const massima = numero(esito.cifre.esonero_percentuale_massima);
    voci.unshift(
      crea(
        "li",
        {},
        `Non hai scritto una percentuale concessa: il calcolo prova con quella massima, ${massima}%.`,
      ),
    );
  }
  if (limite !== null && cifre.esonerati > limite) {
    const scritti = conta(cifre.esonerati, "posto esonerato", "posti esonerati");
    voci.push(
      crea(
        "li",
        { class: "avviso" },
        `Hai scritto ${scritti}: la legge ne ammette al massimo ${numero(limite)}.`,
      ),
    );
  }
  if (contributo) {
    voci.push(
      ...elenco(contributo, law),
      crea(
        "li",
        {},
        `Il contributo è quello di tutto l’anno ${anno}, senza le feste nazionali. Sono da togliere le altre feste previste dal contratto.`,
        fonti(["festivita_nazionali"], law, "Fonte delle feste: "),
      ),
    );
  }
  return voci;
}

export function restoSospeso({ sospensione }) {
  if (!sospensione) return [];
  const resto = sospensione.cifre.scoperture_durante_sospensione;
  return [crea("li", {}, `Durante la sospensione i posti scoperti sono ${numero(resto)}.`)];
}
