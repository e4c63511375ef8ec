// Runs the app's components without the app: data comes from this file, and what they report is answered here.

const content = JSON.parse(document.getElementById("content").textContent);
const addressOf = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
const once = (make) => { const made = new Map(); return (name) => (made.has(name) ? made.get(name) : made.set(name, make(name)).get(name)); };
const component = once((kind) => import(addressOf(content.components[kind].js)));
const companion = once((kind) => import(addressOf(content.components[kind].companion)));
const library = content.library && addressOf(content.library);
window.bondgenomeModels = new Map(Object.entries(content.models).map(([hash, payload]) => [hash, { payload: Promise.resolve(payload) }]));

class View {
  constructor(section, kind, data) {
    Object.assign(this, { section, kind, data });
    this.host = section.querySelector(".host");
    this.card = section.querySelector(".card");
    this.shadow = this.host.attachShadow({ mode: "open" });
    this.queue = Promise.resolve();
    if (kind === "structure") data.module = library;
  }

  start() {
    if (this.live) return;
    this.live = true;
    const { css, html } = content.components[this.kind];
    this.shadow.innerHTML = `<style>:host { display: block; }\n${css}</style>${html}`;
    this.show();
  }

  // A 3D view out of sight gives its WebGL context back: browsers allow few; its camera is remembered.
  stop() {
    if (!this.live || this.kind !== "structure") return;
    this.live = false;
    this.queue = this.queue.then(() => { this.shadow.replaceChildren(); this.leave?.(); });
  }

  show() {
    this.queue = this.queue.then(async () => {
      const { default: run } = await component(this.kind);
      const setTriggerValue = (name, value) => this[`on_${name}`]?.(value);
      this.leave = run({ data: this.data, parentElement: this.shadow, setTriggerValue });
    }).catch((error) => this.fail(error));
  }

  fail(error) {
    console.error(error);
    this.card.textContent = `This view could not start (${error.message}); open the file in a newer browser.`;
  }

  on_pick(value) {
    if (this.kind === "structure") this.pickInStructure(value);
    else this.pickOnMap(value.n);
  }

  pickInStructure({ atom, bond }) {
    const { scene } = this.data, name = (k) => `${scene.atoms[k][0]}${k}`;
    const own = scene.bonds.filter(({ i, j }) => i === atom || j === atom);
    if (bond !== undefined) Object.assign(this.data, { marks: [{ bond, colour: null }], selected: bond, atom: null });
    else Object.assign(this.data, { atom });
    const said = document.createElement("p");
    said.textContent = bond !== undefined
      ? `Bond ${scene.bonds[bond].label}, ${scene.bonds[bond].kind.replace("-", "–")}`
      : `Atom ${name(atom)} at ${scene.atoms[atom].slice(1).map((x) => x.toFixed(3)).join(", ")} Å · ${own.length} bonds: ${own.map((b) => b.label).join("; ")}`;
    said.dataset.picked = bond !== undefined ? `bond ${bond}` : `atom ${atom}`;
    this.card.replaceChildren(said);
    this.show();
  }

  async bonds() {
    const { default: Bonds, modelOf } = await companion(this.kind);
    return (this.known ??= new Bonds(content.bonds[this.data.model], await modelOf(this.data.model)));
  }

  async pickOnMap(n) {
    const bonds = await this.bonds(), { bytesOf } = await companion(this.kind);
    const { barcode, geneColours } = this.data;
    Object.assign(this.data, { selected: n, focus: n });
    this.card.replaceChildren(bonds.card(n, { ...barcode, geneColours, table: bytesOf(this.data.table) }, (m) => this.pickOnMap(m)));
    this.show();
  }

  // A released slider: the app would ask Python for the nearest bonds; here they are found in the file.
  async on_released({ values }) {
    const bonds = await this.bonds(), { textOf } = await companion(this.kind);
    const image = textOf(bonds.model.decode(values)), neighbours = bonds.here ? bonds.nearest(values, this.data.itself) : [];
    this.data = { ...this.data, values, released: { values, image, neighbours } };
    this.show();
  }
}

const views = [...document.querySelectorAll(".view")].flatMap((section) => {
  const found = content.views[Number(section.dataset.number)];
  return found ? [new View(section, found.kind, found.data)] : [];
});
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const view = views.find(({ host }) => host === target);
    if (isIntersecting) view.start();
    else view.stop();
  }
}, { rootMargin: "200px" });
for (const view of views) seen.observe(view.host);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => views.forEach((view) => view.live && view.show()));
