// The markers that folium's maps ask for: circles with a number, named in Italian, built from
// text nodes only.

const tela = document.querySelector(".mappa");
const numero = new Intl.NumberFormat("it-IT", { useGrouping: "always" });

export const animata = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export function conta(quanti, uno, molti) {
  return `${numero.format(quanti)} ${quanti === 1 ? uno : molti}`;
}

const Cerchio = L.DivIcon.extend({
  createIcon(vecchio) {
    const elemento = L.DivIcon.prototype.createIcon.call(this, vecchio);
    elemento.setAttribute("aria-label", this.options.nome);
    return elemento;
  },
});

function cerchio(quanti, nome, classe) {
  const lato = quanti < 10 ? 30 : quanti < 100 ? 36 : quanti < 1000 ? 44 : 54;
  const cifra = document.createElement("span");
  cifra.textContent = numero.format(quanti);
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
