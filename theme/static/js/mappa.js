// What every map needs once folium has drawn it: Italian controls, keyboard, and a way to show
// other numbers.

import { aggiornaSegnaposto, animata, prima } from "./segnaposti.js";

// Around what is framed, so that circles near its border are whole.
const MARGINE = [14, 14];

function tasto(testo, nome, azione) {
  const elemento = document.createElement("button");
  elemento.type = "button";
  elemento.className = "mappa-tasto";
  elemento.textContent = testo;
  if (nome) elemento.setAttribute("aria-label", nome);
  elemento.addEventListener("click", azione);
  return elemento;
}

// The buttons stand above the map, not on it: there they would cover circles.
function comandi(mappa, tuttaLaRegione) {
  const dentro = tasto("+", "Ingrandisci la mappa", () => mappa.zoomIn(1));
  const fuori = tasto("−", "Rimpicciolisci la mappa", () => mappa.zoomOut(1));
  const aggiorna = () => {
    dentro.setAttribute("aria-disabled", mappa.getZoom() >= mappa.getMaxZoom());
    fuori.setAttribute("aria-disabled", mappa.getZoom() <= mappa.getMinZoom());
  };
  mappa.on("zoomend", aggiorna);
  aggiorna();
  const barra = mappa.getContainer().previousElementSibling;
  barra.append(dentro, fuori, tasto("Tutta la regione", "", tuttaLaRegione));
}

export function prepara({ mappa, province, segnaposti }) {
  const confini = province.getBounds();
  mappa.fitBounds(confini, { animate: false, padding: MARGINE });
  comandi(mappa, () => mappa.fitBounds(confini, { padding: MARGINE }));
  mappa.getPanes().overlayPane.setAttribute("aria-hidden", "true");

  // The wheel and one finger scroll the page; the map moves once it is in use.
  mappa.scrollWheelZoom.disable();
  mappa.on("focus", () => mappa.scrollWheelZoom.enable());
  mappa.on("blur", () => mappa.scrollWheelZoom.disable());
  if (window.matchMedia("(pointer: coarse)").matches) mappa.dragging.disable();

  segnaposti.on("clusterkeypress", (evento) => {
    if (evento.originalEvent?.key !== " ") return;
    evento.originalEvent.preventDefault();
    evento.layer.zoomToBounds();
    mappa.getContainer().focus();
  });

  const tutti = segnaposti.getLayers();
  return {
    tela: mappa.getContainer(),
    // Shows, for each comune's code, how many things are there now.
    mostra(quanti) {
      segnaposti.clearLayers();
      const restano = tutti.filter((segno) => quanti.get(segno.options.codice) > 0);
      for (const segno of restano) aggiornaSegnaposto(segno, quanti.get(segno.options.codice));
      segnaposti.addLayers(restano.sort(prima));
    },
    inquadra(codice, animate) {
      const scelta = codice && province.getLayers().find((strato) => strato.feature.id === codice);
      mappa.fitBounds(scelta ? scelta.getBounds() : confini, {
        animate: animate && animata,
        padding: MARGINE,
      });
      province.eachLayer((strato) =>
        strato.setStyle(
          strato === scelta
            ? { fillColor: "#d5e5f5", color: "#17324d", weight: 2 }
            : { fillColor: "#eef4fa", color: "#8296a9", weight: 1.2 },
        ),
      );
      if (scelta) scelta.bringToFront();
    },
  };
}
