// What every map needs once folium has drawn it: Italian controls, keyboard, and a way to show
// other numbers.

import { aggiornaSegnaposto, animata } from "./segnaposti.js";

const TUTTA = L.Control.extend({
  options: { position: "bottomright" },
  initialize(vista) {
    this.vista = vista;
  },
  onAdd() {
    const tasto = document.createElement("button");
    tasto.type = "button";
    tasto.className = "mappa-tasto";
    tasto.textContent = "Tutta la regione";
    L.DomEvent.disableClickPropagation(tasto);
    tasto.addEventListener("click", this.vista);
    return tasto;
  },
});

export function prepara({ mappa, province, segnaposti }) {
  const confini = province.getBounds();
  mappa.fitBounds(confini, { animate: false });
  const tuttaLaRegione = () => mappa.fitBounds(confini);

  L.control
    .zoom({
      zoomInTitle: "Ingrandisci la mappa",
      zoomOutTitle: "Rimpicciolisci la mappa",
      zoomOutText: "−",
    })
    .addTo(mappa);
  mappa.addControl(new TUTTA(tuttaLaRegione));
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
      segnaposti.addLayers(restano);
    },
    inquadra(codice, animate) {
      const scelta = codice && province.getLayers().find((strato) => strato.feature.id === codice);
      mappa.fitBounds(scelta ? scelta.getBounds() : confini, {
        animate: animate && animata,
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
