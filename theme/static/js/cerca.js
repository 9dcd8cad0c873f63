// Searches the site's index in the browser; the words stay in the address after «#», which the
// browser sends to nobody.

import MiniSearch from "../terze/minisearch/minisearch.js";
import { crea } from "./elementi.js";
import { conta, piega } from "./parole.js";

const MOSTRATI = 20;
const VUOTE = new Set("a al alla che con da del della dei di e gli i il in la le lo nel per un una".split(" "));

const modulo = document.getElementById("cerca");
const campo = document.getElementById("q");
const esito = document.getElementById("esito");
const elenco = document.getElementById("risultati");

const motore = new MiniSearch({
  fields: ["titolo", "descrizione", "capi"],
  storeFields: ["titolo", "descrizione", "sezione"],
  tokenize: (testo) => testo.split(/[^\p{L}\p{N}\p{M}]+/u),
  processTerm: (parola) => {
    const piegata = piega(parola);
    return piegata === "" || VUOTE.has(piegata) ? null : piegata;
  },
  searchOptions: {
    boost: { titolo: 4, descrizione: 2 },
    combineWith: "AND",
    prefix: (parola) => parola.length > 2,
    fuzzy: (parola) => (parola.length > 4 ? 0.2 : false),
  },
});

async function carica() {
  const risposta = await fetch("indice.json");
  if (!risposta.ok) throw new Error(`indice: ${risposta.status}`);
  const voci = await risposta.json();
  motore.addAll(
    voci.map(([id, titolo, descrizione, capi, sezione]) => ({ id, titolo, descrizione, capi, sezione })),
  );
}

function voce({ id, titolo, descrizione, sezione }) {
  return crea(
    "li",
    {},
    crea("a", { href: elenco.dataset.radice + id }, titolo),
    sezione === "" ? "" : crea("span", { class: "formato" }, ` ${sezione}`),
    crea("p", { class: "sotto" }, descrizione),
  );
}

function cerca() {
  const parole = campo.value.trim();
  const coda = parole === "" ? "" : `#q=${encodeURIComponent(parole)}`;
  window.history.replaceState(null, "", window.location.pathname + coda);
  if (parole === "") {
    elenco.replaceChildren();
    esito.textContent = "";
    return;
  }
  const trovate = motore.search(parole);
  elenco.replaceChildren(...trovate.slice(0, MOSTRATI).map(voce));
  if (trovate.length === 0) {
    esito.textContent = `Nessuna pagina con «${parole}». Prova con meno parole, o con un’altra parola.`;
  } else {
    const quante = conta(trovate.length, "pagina trovata", "pagine trovate");
    esito.textContent =
      trovate.length > MOSTRATI ? `${quante}. Qui ci sono le prime ${MOSTRATI}.` : `${quante}.`;
  }
}

function riprendi() {
  campo.value = new URLSearchParams(window.location.hash.slice(1)).get("q") ?? "";
  cerca();
}

let timer = 0;
campo.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(cerca, 200);
});
modulo.addEventListener("submit", (evento) => {
  evento.preventDefault();
  clearTimeout(timer);
  cerca();
});
window.addEventListener("hashchange", riprendi);

try {
  await carica();
  riprendi();
} catch (errore) {
  console.error(errore);
  esito.textContent = "La ricerca non si può fare adesso. Qui sotto ci sono tutte le sezioni.";
}
