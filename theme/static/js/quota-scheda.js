// The card with the answer: a sentence, a drawing of the posts, the main figures.

import { FASCE } from "../../strumenti/quota.mjs";
import { conta, numero } from "./cifre.js";
import { crea } from "./elementi.js";

const POSTI_DISEGNATI = 140n;
const PER_RIGA = 14;

export function fraseIniziale({ cifre, motivi, noto }) {
  const quota = cifre.quota_riserva_disabili;
  const fraseDi = (nome) => motivi.find(({ regola }) => regola === nome)?.frase ?? "";
  if (!noto)
    return `Per questa data il calcolo non è completo. ${fraseDi("quota_riserva_disabili")}`;
  const scoperti = cifre.scoperture_disabili;
  const frasi = [];
  if (quota === 0n) frasi.push(fraseDi("quota_riserva_disabili"));
  else {
    frasi.push(
      `L’azienda deve riservare ${conta(quota, "posto", "posti")} a persone con disabilità.`,
    );
    if (scoperti === 0n) frasi.push(quota === 1n ? "È già coperto." : "Sono già tutti coperti.");
    else frasi.push(scoperti === 1n ? "Ne manca 1." : `Ne mancano ${numero(scoperti)}.`);
  }
  const scoperti18 = cifre.scoperture_art18;
  if (scoperti18 > 0n) {
    frasi.push(
      `Per le altre categorie protette ${scoperti18 === 1n ? "manca 1 posto" : `mancano ${numero(scoperti18)} posti`}.`,
    );
  }
  return frasi.join(" ");
}

export function disegnaPosti({ cifre, noto }) {
  const quota = cifre.quota_riserva_disabili;
  if (!noto || quota === 0n) return [];
  const minore = (a, b) => (a < b ? a : b);
  const scoperti = minore(quota, cifre.scoperture_disabili);
  const esonerati = minore(quota - scoperti, cifre.esonerati);
  const tipi = [
    ["coperto", quota - scoperti - esonerati, "coperto", "coperti"],
    ["esonerato", esonerati, "esonerato", "esonerati"],
    ["scoperto", scoperti, "scoperto", "scoperti"],
  ].filter(([, quanti]) => quanti > 0n);
  const legenda = crea(
    "ul",
    { class: "legenda" },
    tipi.map(([tipo, quanti, uno, molti]) =>
      crea("li", { class: `posto-${tipo}` }, `${conta(quanti, uno, molti)}`),
    ),
  );
  if (quota > POSTI_DISEGNATI) return [legenda];
  const spazio = "http://www.w3.org/2000/svg";
  const disegno = document.createElementNS(spazio, "svg");
  const righe = Math.ceil(Number(quota) / PER_RIGA);
  const colonne = Math.min(Number(quota), PER_RIGA);
  disegno.setAttribute("class", "disegno-posti");
  disegno.setAttribute("aria-hidden", "true");
  disegno.setAttribute("viewBox", `0 0 ${colonne * 20} ${righe * 20}`);
  disegno.setAttribute("width", colonne * 20);
  disegno.setAttribute("height", righe * 20);
  let posto = 0;
  for (const [tipo, quanti] of tipi) {
    for (let i = 0n; i < quanti; i += 1n) {
      const quadro = document.createElementNS(spazio, "rect");
      quadro.setAttribute("class", `posto-${tipo}`);
      quadro.setAttribute("x", (posto % PER_RIGA) * 20 + 2);
      quadro.setAttribute("y", Math.floor(posto / PER_RIGA) * 20 + 2);
      quadro.setAttribute("width", 15);
      quadro.setAttribute("height", 15);
      quadro.setAttribute("rx", 3);
      disegno.append(quadro);
      posto += 1;
    }
  }
  return [disegno, legenda];
}

export function coppia(nome, valore, classe = "") {
  return crea("div", classe ? { class: classe } : {}, crea("dt", {}, nome), crea("dd", {}, valore));
}

export function voci({ cifre }) {
  const lettera = cifre.fascia === null ? "" : FASCE[Number(cifre.fascia)];
  const righe = [
    coppia("Base di computo", numero(cifre.base_computo_art3)),
    coppia("Quota di riserva", numero(cifre.quota_riserva_disabili)),
    coppia("Persone con disabilità in forza", numero(cifre.disabili_in_forza)),
  ];
  if (cifre.esonerati > 0n) righe.push(coppia("Posti esonerati", numero(cifre.esonerati)));
  righe.push(coppia("Posti scoperti", numero(cifre.scoperture_disabili), "voce-forte"));
  if (cifre.quota_riserva_art18 !== 0n || cifre.categorie_protette_in_forza > 0n) {
    righe.push(
      coppia("Altre categorie protette: quota", numero(cifre.quota_riserva_art18)),
      coppia("Altre categorie protette: scoperti", numero(cifre.scoperture_art18)),
    );
  }
  if (lettera) righe.push(coppia("Fascia nel prospetto", lettera));
  return righe;
}
