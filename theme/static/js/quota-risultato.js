// Puts the result on the page.

import { giorno } from "./cifre.js";
import { crea, metti } from "./elementi.js";
import {
  dote,
  doteTotale,
  esonero,
  incentivi,
  restoSospeso,
  scadenze,
  uffici,
} from "./quota-aiuti.js";
import { elenco, usati, voce } from "./quota-frasi.js";
import { coppia, disegnaPosti, voci } from "./quota-scheda.js";
import { contoBase, contoPosti, daCompensare, passiProvince, riparto } from "./quota-tabelle.js";

const qui = (id) => document.getElementById(id);

export function mostra(stato, esito, avvisi) {
  const { legge: law, motivi } = esito;
  const nomi = new Map(stato.province.map(({ codice, nome }) => [codice, nome]));
  metti(qui("esito-posti"), disegnaPosti(esito));
  metti(qui("esito-voci"), voci(esito));
  const nonAmmesse = motivi.filter(
    ({ regola, frase }) => regola === "compensazione_non_ammessa" && frase,
  );
  metti(
    qui("avvisi"),
    [
      ...avvisi,
      ...(esito.noto ? daCompensare(esito) : []),
      ...nonAmmesse.map(({ dove, frase }) =>
        nomi.get(dove) ? `${nomi.get(dove)}. ${frase}` : frase,
      ),
    ].map((testo) => crea("p", { class: "avviso" }, testo)),
  );
  metti(qui("conto-base"), contoBase(esito));
  metti(qui("conto-posti"), contoPosti(esito));
  metti(
    qui("passi"),
    motivi.filter(({ frase, dove }) => frase && !dove).map((m) => voce(m, law, false)),
  );

  const tante = stato.province.length > 1;
  qui("blocco-province").hidden = !tante;
  const { testa, corpo } = riparto(esito, nomi);
  metti(qui("riparto-testa"), tante ? testa : []);
  metti(qui("riparto"), tante ? corpo : []);
  metti(qui("passi-province"), tante ? passiProvince(esito, nomi) : []);

  metti(qui("scadenze"), scadenze(esito));
  const vicini = uffici(stato, esito);
  qui("blocco-uffici").hidden = vicini.length === 0;
  metti(qui("uffici"), vicini);

  metti(qui("incentivi"), incentivi(esito));
  metti(qui("dote-totale"), doteTotale(esito, stato.pubblico));
  metti(qui("dote"), dote(esito));
  metti(qui("convenzioni"), elenco(esito.convenzioni, law));
  metti(qui("esonero"), esonero(esito));
  metti(qui("sospensione"), [
    ...elenco(esito.sospensione, law),
    ...restoSospeso(esito),
    ...elenco(esito.gradualita, law),
  ]);
  metti(qui("sanzioni"), elenco(esito.sanzioni, law));

  collegaArticolo14(stato, esito);
  qui("nota-verifica").textContent = notaVerifica(stato, esito);
}

// The page of the agreement takes up these figures.
function collegaArticolo14({ giorno: quando }, { cifre, noto }) {
  const collegamento = qui("verso-articolo14");
  const [pagina] = collegamento.getAttribute("href").split("#");
  const dati = new URLSearchParams({
    base: cifre.base_computo_art3,
    esonerati: cifre.esonerati,
    forza: cifre.disabili_in_forza,
    giorno: quando,
  });
  collegamento.setAttribute("href", noto ? `${pagina}#${dati}` : pagina);
}

// Names the doubtful numbers on which the quota rests, those that were used only.
function notaVerifica({ giorno: quando }, { legge: law, motivi, oltreMeta }) {
  const nomi = motivi.filter(({ frase }) => frase).flatMap((motivo) => usati(motivo, law));
  if (oltreMeta) nomi.push("forza_intero_piccoli");
  const dubbi = new Set(nomi.filter((nome) => !law[nome].verificato));
  const titoli = [...dubbi].map((nome) => `«${law[nome].titolo}»`).sort();
  const dubbio = titoli.length
    ? `La quota e le scoperture usano numeri da verificare: ${titoli.join(", ")}.`
    : "La quota e le scoperture usano solo numeri letti in una fonte.";
  return `Calcolo con la legge del ${giorno(quando)}. ${dubbio}`;
}

export function mostraRiepilogo(gruppi) {
  metti(
    qui("dati"),
    gruppi.map(([titolo, righe]) =>
      crea(
        "div",
        { class: "dati-gruppo" },
        crea("h3", {}, titolo),
        crea(
          "dl",
          { class: "esito-voci" },
          righe.map(([nome, valore]) => coppia(nome, valore)),
        ),
      ),
    ),
  );
}
