// A map that is fetched and drawn once its place comes near the window: the first view waits for
// nothing of it, and the list works even where it cannot be drawn.

const VICINO = "300px";

function aggiungi(elemento, indirizzo) {
  return new Promise((fatto, errore) => {
    elemento.addEventListener("load", fatto);
    elemento.addEventListener("error", () => errore(new Error(indirizzo.href)));
    document.head.prepend(elemento);
  });
}

function terze(nome) {
  return new URL(`../terze/leaflet/${nome}`, import.meta.url);
}

function stile(nome) {
  const foglio = document.createElement("link");
  foglio.rel = "stylesheet";
  foglio.href = terze(nome);
  return aggiungi(foglio, terze(nome));
}

function programma(nome) {
  const script = document.createElement("script");
  script.async = false;
  script.src = terze(nome);
  return aggiungi(script, terze(nome));
}

function vicina(tela) {
  return new Promise((fatto) => {
    const osservatore = new IntersectionObserver(
      (viste) => {
        if (!viste.some((vista) => vista.isIntersecting)) return;
        osservatore.disconnect();
        fatto();
      },
      { rootMargin: VICINO },
    );
    osservatore.observe(tela);
  });
}

// `disegno` is the address of folium's module; `scelto(comune)` is called when one is chosen.
export function carta(disegno, scelto) {
  const tela = document.querySelector(".mappa");
  let disegnata = null;
  let ultima = null;
  let inquadrata = null;

  function mostra(perComune, provincia) {
    ultima = [perComune, provincia];
    if (!disegnata) return;
    disegnata.mostra(perComune);
    if (provincia !== (inquadrata ?? "")) disegnata.inquadra(provincia, inquadrata !== null);
    inquadrata = provincia;
  }

  async function prepara() {
    await vicina(tela);
    await Promise.all([
      stile("markercluster.css"),
      stile("leaflet.css"),
      programma("leaflet.js"),
      programma("markercluster.js"),
    ]);
    const [mappa, disegnato] = await Promise.all([import("./mappa.js"), import(disegno)]);
    disegnata = mappa.prepara(disegnato);
    tela.addEventListener("comune", (evento) => scelto(evento.detail.comune));
    if (ultima) mostra(...ultima);
    tela.dataset.pronta = "";
  }

  prepara().catch((errore) => console.error(errore));
  return { mostra };
}
