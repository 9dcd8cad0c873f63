// The sentences of the rules, with the article and the sources on which they rest.

import { giorno } from "./cifre.js";
import { crea } from "./elementi.js";

export const usati = (motivo, law) => Object.keys(motivo.dati).filter((nome) => nome in law);
export const daVerificare = () => crea("span", { class: "marca marca-demo" }, "da verificare");

// «art. 3, c. 1» stays on one line.
const unito = (articolo) => articolo.replace(/\b(L\.|artt?\.|cc?\.|D\.Lgs\.|DPR|DM) /g, "$1\u00a0");

function validita({ dal, al }) {
  return [dal && `dal ${giorno(dal)}`, al && `fino al ${giorno(al)}`].filter(Boolean).join(" ");
}

// Source, dates and notes of some of the law's numbers, each source once.
export function fonti(nomi, law, inizio = "") {
  const viste = new Map();
  for (const nome of nomi) {
    const { titolo, fonte, nota, verificato, valore } = law[nome];
    const chiave = [fonte ?? titolo, validita(law[nome])].filter(Boolean).join("; ");
    const vista = viste.get(chiave) ?? { note: new Set(), verificato: true };
    if (nota) vista.note.add(nota);
    vista.verificato &&= verificato && valore !== null;
    viste.set(chiave, vista);
  }
  return [...viste].map(([testo, { note, verificato }]) =>
    crea(
      "p",
      { class: "sotto" },
      [`${inizio}${unito(testo)}.`, ...note].join(" "),
      verificato ? null : [" ", daVerificare()],
    ),
  );
}

export function voce(motivo, law, conFonti) {
  const nomi = usati(motivo, law);
  const dubbio = nomi.some((nome) => !law[nome].verificato);
  return crea(
    "li",
    {},
    motivo.frase,
    motivo.articolo
      ? [" ", crea("span", { class: "articolo" }, `(${unito(motivo.articolo)})`)]
      : null,
    conFonti ? fonti(nomi, law, "Fonte: ") : dubbio ? [" ", daVerificare()] : null,
  );
}

export const frasi = (esito) =>
  esito ? esito.motivi.filter(({ frase, dove }) => frase && !dove) : [];
export const elenco = (esito, law) => frasi(esito).map((motivo) => voce(motivo, law, true));
