// «Cerca lavoro»: a person's choices meet the vacancies here, and nowhere else.

import { PAROLE, REGOLE, apri, cerca } from "../../cerca-lavoro/incrocio.mjs";
import {
  cancella,
  collegamento,
  conserva,
  conservate,
  prendiDalCollegamento,
  tieniSenzaRete,
} from "./cerca-memoria.js";
import { aggiungiLavoro, leggi, prepara, riassunto, riempi, scrivi, svuota } from "./cerca-modulo.js";
import { mostra } from "./cerca-risultati.js";
import { crea } from "./elementi.js";

const modulo = document.getElementById("cerca");
const stato = document.getElementById("stato");
const errori = document.getElementById("errori");
const risultati = document.getElementById("risultati");
const detto = document.getElementById("detto");
const tenute = document.getElementById("conservate");
const bloccoCollegamento = document.getElementById("collegamento-blocco");
const ILLEGGIBILE = "Una parte delle scelte non si è potuta leggere, o non c’è più: controllale.";

const regione = await carica();
prepara(regione);

// Without the vacancies nothing can be searched: the lists of the other pages take over.
async function carica() {
  try {
    const risposta = await fetch(new URL("posti.json", document.location));
    if (!risposta.ok) throw new Error(`posti.json: ${risposta.status}`);
    return apri(await risposta.json());
  } catch (errore) {
    stato.replaceChildren(
      "L’elenco dei posti non si è caricato. Riprova, o guarda gli elenchi in ",
      crea("a", { href: "../scoperture/" }, "Posti e scoperture"),
      " e in ",
      crea("a", { href: "../operatori/" }, "Operatori"),
      ".",
    );
    throw errore;
  }
}

function di(testo) {
  detto.textContent = testo;
}

const parole = (nome) => {
  const area = REGOLE.aree.indexOf(nome);
  return area >= 0 ? PAROLE.aree[area] : PAROLE.condizioni[REGOLE.condizioni.indexOf(nome)];
};

// ---------------------------------------------------------------------------------------------

function segnala(sbagliati, muovi = true) {
  for (const campo of modulo.querySelectorAll("[aria-invalid]")) campo.removeAttribute("aria-invalid");
  for (const posto of modulo.querySelectorAll(".errore")) {
    posto.textContent = "";
    posto.hidden = true;
  }
  for (const { campo, testo } of sbagliati) {
    campo.setAttribute("aria-invalid", "true");
    const posto = document.getElementById(`${campo.id}-errore`);
    posto.textContent = testo;
    posto.hidden = false;
  }
  errori.hidden = sbagliati.length === 0;
  if (sbagliati.length === 0) {
    errori.replaceChildren();
    return;
  }
  const voci = sbagliati.map(({ campo, testo }) => {
    const vai = crea("a", { href: `#${campo.id}` }, testo);
    vai.addEventListener("click", (evento) => {
      evento.preventDefault();
      campo.focus();
    });
    return crea("li", {}, vai);
  });
  errori.replaceChildren(
    crea(
      "p",
      {},
      crea("strong", {}, sbagliati.length === 1 ? "C’è una cosa da correggere:" : "Ci sono cose da correggere:"),
    ),
    crea("ul", {}, ...voci),
  );
  if (muovi) errori.focus();
}

function esegui(muovi = true) {
  const { profilo, errori: sbagliati } = leggi();
  segnala(sbagliati, muovi);
  if (sbagliati.length > 0) {
    risultati.hidden = true;
    return;
  }
  const esito = cerca(regione, profilo);
  risultati.hidden = false;
  document.getElementById("riassunto").textContent = riassunto(profilo);
  mostra(regione, profilo, esito, parole);
  bloccoCollegamento.hidden = true;
  if (muovi) {
    const titolo = document.getElementById("titolo-risultati");
    titolo.focus();
    titolo.scrollIntoView();
  }
}

// An example: the occupation with most vacancies, from where the first of them stands.
function esempio() {
  const { professioni, offerte, comuni } = regione;
  const piu = professioni.offerte.indexOf(Math.max(...professioni.offerte));
  const righe = Array.from({ length: professioni.offerte[piu] }, (_, n) => offerte.inizio[piu] + n);
  const riga = righe.find((i) => offerte.comune[i] < comuni.nome.length);
  const comune = riga === undefined ? 0 : offerte.comune[riga];
  const [, sigla] = comuni.province[comuni.provincia[comune]];
  riempi(
    new URLSearchParams([
      ["lavoro", professioni.codice[piu]],
      ["comune", `${comuni.nome[comune]} (${sigla})`],
      ["d-resistenza", "1"],
    ]).toString(),
  );
  esegui();
}

const AZIONI = {
  aggiungi() {
    const errore = aggiungiLavoro();
    segnala(errore ? [{ campo: document.getElementById("lavoro"), testo: errore }] : []);
    if (!errore) document.getElementById("lavoro").focus();
  },
  esempio,
  ricomincia() {
    svuota();
    segnala([]);
    risultati.hidden = true;
    di("");
    document.getElementById("parola").focus();
  },
  conserva() {
    if (!conserva(scrivi())) {
      di("Questo browser non lascia conservare nulla.");
      return;
    }
    tenute.hidden = false;
    di("Scelte conservate. Le ritrovi quando riapri questa pagina, su questo dispositivo.");
  },
  cancella() {
    cancella();
    tenute.hidden = true;
    di("Le scelte conservate sono state cancellate.");
    detto.setAttribute("tabindex", "-1");
    detto.focus();
  },
  async copia() {
    const indirizzo = collegamento(scrivi());
    try {
      await navigator.clipboard.writeText(indirizzo);
      di("Copiato. Il collegamento contiene le tue scelte: chi lo riceve le vede.");
    } catch {
      bloccoCollegamento.hidden = false;
      const campo = document.getElementById("collegamento");
      campo.value = indirizzo;
      campo.focus();
      campo.select();
      di("Il browser non lascia copiare: copia il testo qui sopra. Chi lo riceve vede le tue scelte.");
    }
  },
  stampa: () => window.print(),
};

document.addEventListener("click", (evento) => {
  const tasto = evento.target.closest("[data-azione]");
  if (tasto) AZIONI[tasto.dataset.azione]();
});
modulo.addEventListener("submit", (evento) => {
  evento.preventDefault();
  di("");
  esegui();
});

// On paper the reasons are open.
const carta = window.matchMedia("print");
let chiusi = [];
carta.addEventListener("change", ({ matches }) => {
  if (matches) chiusi = [...risultati.querySelectorAll("details.perche:not([open])")];
  for (const parte of chiusi) parte.open = matches;
});

function riprendi(testo, detta) {
  const letto = riempi(testo);
  di(letto ? detta : ILLEGGIBILE);
  esegui(false);
}

function riprendiCollegamento() {
  const testo = prendiDalCollegamento();
  if (testo === null) return false;
  riprendi(testo, "Abbiamo letto le scelte dal collegamento.");
  return true;
}

tenute.hidden = conservate() === null;
stato.hidden = true;
modulo.hidden = false;
if (!riprendiCollegamento() && conservate() !== null) {
  riprendi(conservate(), "Abbiamo ripreso le scelte conservate su questo dispositivo.");
}
window.addEventListener("hashchange", riprendiCollegamento);
await tieniSenzaRete();
modulo.dataset.pronto = "";
