// The results of «Cerca lavoro»: lists of vacancies and sites, each with why it suits or not.

import { chilometri, offerta, sede, spiega, spiegaSede } from "../../cerca-lavoro/incrocio.mjs";
import { crea } from "./elementi.js";
import { disegnaPagine } from "./pagine.js";
import { conta } from "./parole.js";

const PER_PAGINA = 10;

const sezioni = document.getElementById("sezioni");
const indice = document.getElementById("indice");
const conteggio = document.getElementById("conteggio");

const paragrafo = (testo, classe) => crea("p", classe ? { class: classe } : {}, testo);
const lista = (testi, classe) =>
  crea("ul", classe ? { class: classe } : {}, ...testi.map((testo) => crea("li", {}, testo)));
const ufficio = (provincia) => document.querySelector(`.uffici [data-provincia="${provincia}"] strong`);

function dove({ comune, sigla }, distanza) {
  if (comune === null) return `Provincia di ${sigla}: il comune è riservato`;
  return `${comune} (${sigla}), ${distanza === 0 ? "il tuo comune" : `a ${chilometri(distanza)}`}`;
}

function dettagli(titolo, ...contenuto) {
  return crea("details", { class: "perche" }, crea("summary", {}, titolo), ...contenuto);
}

// What the company asks, in its own words, and what the program did not understand of it.
function richieste(fatti) {
  if (fatti.richieste === null) {
    return [paragrafo("Che cosa chiede l’azienda è riservato: chiedilo all’ufficio.", "sotto")];
  }
  if (fatti.richieste.length === 0) return [];
  return [
    paragrafo(`L’azienda scrive: «${fatti.richieste.join(". ")}».`, "sotto"),
    fatti.nonCapite.length
      ? paragrafo(
          `Il programma non ha capito: «${fatti.nonCapite.join("»; «")}». Chiedi all’ufficio.`,
          "sotto avviso",
        )
      : null,
  ].filter(Boolean);
}

function scheda(fatti, distanza, ...resto) {
  const nome = ufficio(fatti.provincia)?.textContent ?? fatti.sigla;
  return crea(
    "li",
    { class: "voce-esito" },
    crea("h4", {}, fatti.professione),
    paragrafo(`${dove(fatti, distanza)} · ${conta(fatti.posti, "posto", "posti")}`, "voce-dove"),
    fatti.mansione ? paragrafo(fatti.mansione) : null,
    fatti.azienda ? paragrafo(`Azienda: ${fatti.azienda}`, "sotto") : null,
    ...resto,
    paragrafo(
      `${fatti.settore ? `Settore: ${fatti.settore}. ` : ""}Richiesta ${fatti.numerica ? "numerica" : "nominativa"}. Ufficio: ${nome}.`,
      "sotto",
    ),
  );
}

function schedaAdatta(regione, profilo, { riga, distanza }) {
  const fatti = offerta(regione, riga);
  const { punti, punteggio } = spiega(regione, profilo, riga);
  const voto = punteggio === null ? null : Math.floor(punteggio / 100);
  return scheda(
    fatti,
    distanza,
    ...richieste(fatti),
    dettagli(
      "Perché va bene",
      crea(
        "ul",
        {},
        ...punti.map(([, dati, massimo, testo]) =>
          crea(
            "li",
            {},
            `${testo} `,
            crea("span", { class: "punti" }, `${cento(dati)} punti su ${massimo / 100}`),
          ),
        ),
      ),
      voto === null
        ? paragrafo("Non si sa il comune, quindi non si sa la distanza: il punteggio manca.")
        : paragrafo(`In tutto ${conta(voto, "punto", "punti")} su 100.`),
    ),
  );
}

// Hundredths of a point, cut at whole points where they are whole.
const cento = (dati) => (dati / 100).toLocaleString("it-IT", { maximumFractionDigits: 2 });

function schedaEsclusa(regione, profilo, { riga, distanza }) {
  const fatti = offerta(regione, riga);
  return scheda(
    fatti,
    distanza,
    paragrafo("Perché no:", "perche-no"),
    lista(spiega(regione, profilo, riga).ostacoli, "ostacoli"),
    ...richieste(fatti),
  );
}

function schedaSede(regione, profilo, { riga, distanza }) {
  const fatti = sede(regione, riga);
  const { ostacoli, ragioni } = spiegaSede(regione, profilo, riga);
  const numero = fatti.telefono.replace(/[^\d+]/g, "");
  return crea(
    "li",
    { class: "voce-esito" },
    crea("h4", {}, crea("a", { href: `../operatori/${encodeURIComponent(fatti.id)}/` }, fatti.nome)),
    paragrafo(dove(fatti, distanza), "voce-dove"),
    numero.length > 4
      ? crea("p", {}, "Telefono: ", crea("a", { href: `tel:${numero}` }, fatti.telefono))
      : null,
    ...(ostacoli.length
      ? [paragrafo("Perché no:", "perche-no"), lista(ostacoli, "ostacoli")]
      : [dettagli("Perché va bene", lista(ragioni))]),
    fatti.gruppi.length ? paragrafo(`Esperienza: ${fatti.gruppi.join(", ")}.`, "sotto") : null,
    paragrafo(
      fatti.accessi.length ? `Accessibilità: ${fatti.accessi.join(", ")}.` : "L’accessibilità non è indicata.",
      "sotto",
    ),
  );
}

// ---------------------------------------------------------------------------------------------

// A list in pages; `disegna` makes the card of one result.
function elenco(id, titolo, esiti, disegna) {
  const voci = crea("ol", { class: "esiti", id: `${id}-elenco` });
  const barra = crea("nav", { class: "pagine", "aria-label": `Pagine: ${titolo.toLowerCase()}` });
  const quale = crea("p", { class: "aiuto", role: "status" });
  const quante = Math.max(1, Math.ceil(esiti.length / PER_PAGINA));
  const vai = (pagina, muovi) => {
    const da = (pagina - 1) * PER_PAGINA;
    voci.setAttribute("start", da + 1);
    voci.replaceChildren(...esiti.prendi(da, da + PER_PAGINA).map(disegna));
    disegnaPagine(barra, pagina, quante, (altra) => vai(altra, true));
    quale.textContent = quante > 1 ? `Pagina ${pagina} di ${quante}.` : "";
    if (muovi) {
      const cima = document.getElementById(id);
      cima.focus();
      cima.scrollIntoView();
    }
  };
  vai(1, false);
  return [quale, voci, barra];
}

function sezione(id, titolo, spiegazione, contenuto) {
  return crea(
    "section",
    { "aria-labelledby": id },
    crea("h3", { id, tabindex: "-1" }, titolo),
    ...spiegazione.map((testo) => (typeof testo === "string" ? paragrafo(testo) : testo)),
    ...contenuto,
  );
}

// The same list by points: who suits best comes first, then the nearest.
function perPunteggio(esiti) {
  const tutti = esiti.prendi(0).sort((a, b) => b.punteggio - a.punteggio || a.distanza - b.distanza || a.riga - b.riga);
  return { length: tutti.length, prendi: (da, fino) => tutti.slice(da, fino) };
}

function sezioneAdatte(regione, profilo, esiti) {
  const titolo = `Offerte adatte: ${esiti.length}`;
  if (esiti.length === 0) {
    return sezione("adatte", titolo, [
      "Oggi nessuna offerta va bene per tutto ciò che hai scelto. Prova a fare più strada, ad aggiungere un lavoro, o guarda più sotto che cosa lo impedisce.",
    ], []);
  }
  const disegna = (esito) => schedaAdatta(regione, profilo, esito);
  const posto = crea("div", {});
  const scelta = crea(
    "select",
    { id: "ordine", autocomplete: "off" },
    crea("option", { value: "distanza" }, "le più vicine"),
    crea("option", { value: "punteggio" }, "le più adatte"),
  );
  const mostra = () => {
    const ordinati = scelta.value === "punteggio" ? perPunteggio(esiti) : esiti;
    posto.replaceChildren(...elenco("adatte", "Offerte adatte", ordinati, disegna));
  };
  scelta.addEventListener("change", mostra);
  mostra();
  return sezione("adatte", titolo, [
    crea("p", { class: "campo ordine" }, crea("label", { for: "ordine" }, "Metti prima"), scelta),
  ], [posto]);
}

const NOMI = {
  lontano: "la distanza",
  senza_mezzi_pubblici: "i mezzi pubblici che mancano",
  riservato_D: "la lista: sono per persone con disabilità",
  riservato_C: "la lista: sono per altre categorie protette",
  patente: "la patente e un mezzo proprio",
  tempo_pieno: "il tempo pieno",
};

function sezioneEscluse(regione, profilo, { escluse, unOstacolo }, parole) {
  if (escluse.length === 0) return null;
  const soli = unOstacolo
    .slice(0, 5)
    .map(([nome, quante]) => `${NOMI[nome] ?? parole(nome)}: ${conta(quante, "offerta", "offerte")}`);
  return sezione(
    "escluse",
    `Offerte che oggi non vanno bene: ${escluse.length}`,
    [
      "Sono dei lavori che cerchi, ma qualcosa lo impedisce. Prima quelle a cui manca meno.",
      ...(soli.length ? ["Che cosa, da solo, ne toglie di più:", lista(soli)] : []),
    ],
    [
      dettagli(
        "Mostra queste offerte e il perché",
        ...elenco("escluse", "Offerte che non vanno bene", escluse, (esito) =>
          schedaEsclusa(regione, profilo, esito),
        ),
      ),
    ],
  );
}

function sezioneSedi(regione, profilo, { sedi, sediEscluse }) {
  const disegna = (esito) => schedaSede(regione, profilo, esito);
  return sezione(
    "sedi",
    `Operatori adatti: ${sedi.length}`,
    [
      sedi.length
        ? "Aiutano le persone con disabilità a trovare e a tenere un lavoro. Prima i più vicini: l’ordine non è una classifica."
        : "Nessuna sede ha tutto ciò che hai scelto, alla distanza che hai scritto. Guarda qui sotto che cosa manca.",
    ],
    [
      ...(sedi.length ? elenco("sedi", "Operatori adatti", sedi, disegna) : []),
      ...(sediEscluse.length
        ? [
            dettagli(
              `Sedi che non vanno bene, e perché: ${sediEscluse.length}`,
              ...elenco("sedi-escluse", "Sedi che non vanno bene", sediEscluse, disegna),
            ),
          ]
        : []),
    ],
  );
}

/** Draws the results of `cerca`; `parole(nome)` says a condition or a functional area. */
export function mostra(regione, profilo, esito, parole) {
  const { adatte, forse, sedi } = esito;
  const parti = [
    sezioneAdatte(regione, profilo, adatte),
    forse.length
      ? sezione(
          "forse",
          `Forse adatte: ${forse.length}`,
          [
            "Di queste offerte si conosce la provincia ma non il comune, che è riservato. Per il resto vanno bene: chiedi all’ufficio se sono abbastanza vicine.",
          ],
          elenco("forse", "Forse adatte", forse, (voce) => schedaAdatta(regione, profilo, voce)),
        )
      : null,
    sezioneEscluse(regione, profilo, esito, parole),
    sezioneSedi(regione, profilo, esito),
  ].filter(Boolean);
  sezioni.replaceChildren(...parti);
  indice.replaceChildren(
    ...parti.map((parte) => {
      const titolo = parte.querySelector("h3");
      return crea("li", {}, crea("a", { href: `#${titolo.id}` }, titolo.textContent));
    }),
  );
  for (const collegamento of indice.querySelectorAll("a")) {
    // the part of the address after «#» stays for what the person chooses to share
    collegamento.addEventListener("click", (evento) => {
      evento.preventDefault();
      const titolo = document.getElementById(collegamento.hash.slice(1));
      titolo.focus();
      titolo.scrollIntoView();
    });
  }
  conteggio.textContent = [
    conta(adatte.length, "offerta adatta", "offerte adatte"),
    forse.length ? conta(forse.length, "forse adatta", "forse adatte") : null,
    conta(sedi.length, "operatore adatto", "operatori adatti"),
  ]
    .filter(Boolean)
    .join(", ");
}
