// The markers that folium's maps ask for: circles with a number, named in Italian, built from
// text nodes only.

import { conta, numero } from "./parole.js";

const tela = document.querySelector(".mappa");

export const animata = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// A group stands on its first comune, not on the mean of all: first comuni keep their distance from
// each other, means do not, and circles that overlap cannot be told apart by finger.
const ricalcola = L.MarkerCluster.prototype._recalculateBounds;
L.MarkerCluster.include({
  _recalculateBounds() {
    ricalcola.call(this);
    if (this._cLatLng) this._latlng = this._wLatLng = this._cLatLng;
  },
});

// Only circles of which a finger's breadth is in the window are drawn: of those beyond its edge the
// keyboard would make invisible stops.
const DENTRO = L.point(12, 12);
L.MarkerClusterGroup.include({
  _getExpandedVisibleBounds() {
    const { min, max } = this._map.getPixelBounds();
    const angoli = [min.add(DENTRO), max.subtract(DENTRO)];
    return L.latLngBounds(angoli.map((angolo) => this._map.unproject(angolo)));
  },
});

// The first markers that the map gets are those on which groups stand.
export function prima(uno, altro) {
  const divario = altro.options.quanti - uno.options.quanti;
  return divario || (uno.options.codice < altro.options.codice ? -1 : 1);
}

const Cerchio = L.DivIcon.extend({
  createIcon(vecchio) {
    const elemento = L.DivIcon.prototype.createIcon.call(this, vecchio);
    elemento.setAttribute("aria-label", this.options.nome);
    return elemento;
  },
});

function cerchio(quanti, nome, classe) {
  const lato = quanti < 10 ? 28 : quanti < 100 ? 33 : quanti < 1000 ? 40 : 46;
  const cifra = document.createElement("span");
  cifra.textContent = numero(quanti);
  return new Cerchio({
    html: cifra,
    nome,
    className: `cerchio ${classe}`,
    iconSize: L.point(lato, lato),
  });
}

function cose(quanti) {
  return conta(quanti, tela.dataset.uno, tela.dataset.molti);
}

function premuto(evento) {
  const tasto = evento.originalEvent?.key;
  if (tasto !== "Enter" && tasto !== " ") return false;
  evento.originalEvent.preventDefault();
  return true;
}

export function aggiornaSegnaposto(segno, quanti) {
  segno.options.quanti = quanti;
  segno.setIcon(cerchio(quanti, `${cose(quanti)} a ${segno.options.comune}`, "cerchio-comune"));
}

// A row is [lat, lon, comune's code, comune's name, how many].
export function segnaposto([lat, lon, codice, comune, quanti]) {
  const segno = L.marker([lat, lon], { keyboard: true, codice, comune });
  aggiornaSegnaposto(segno, quanti);
  const scegli = () =>
    tela.dispatchEvent(new CustomEvent("comune", { detail: { codice, comune } }));
  segno.on("click", scegli);
  segno.on("keypress", (evento) => {
    if (premuto(evento)) scegli();
  });
  return segno;
}

export function gruppo(insieme) {
  const segni = insieme.getAllChildMarkers();
  const quanti = segni.reduce((somma, segno) => somma + segno.options.quanti, 0);
  const nome = `${cose(quanti)} in ${conta(segni.length, "comune", "comuni")}`;
  return cerchio(quanti, nome, "cerchio-gruppo");
}
