// The 3D view of one structure: atoms and bonds can be picked, the camera is never reset by a rerun.
//
// Streamlit calls the default export whenever Python sends new data.  Everything that must outlive a
// call hangs on the root element; cameras and display choices outlive the page, by structure.
// geometry.js and drawing.js stand before this file in the same script.

const remembered = (window.bondgenomeViews ??= new Map());
const ISOVALUE_DELAY = 50;    // ms; a surface takes about 250 ms at 80^3 points
const TURN = 10;              // degrees per arrow key

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".viewer");
  const view = (root.view ??= new View(root));
  view.onPick = (value) => setTriggerValue("pick", value);
  view.show(data);
  // a rerun that keeps the element must keep its WebGL context; a page change must free it
  return () => setTimeout(() => root.isConnected || view.dispose(), 0);
}

class View extends Drawing {
  constructor(root) {
    super();
    this.root = root;
    this.canvas = root.querySelector(".canvas");
    this.status = root.querySelector(".status");
    this.overlay = [];
    this.queue = Promise.resolve();
    this.connectToolbar();
  }

  // Updates run one after the other: the first waits for the library.
  show(data) {
    this.queue = this.queue.then(() => this.apply(data)).catch((error) => this.fail(error));
  }

  async apply(data) {
    this.lib ??= await import(new URL(data.module, document.baseURI).href);
    this.root.style.height = `${data.height}px`;
    this.viewer ??= this.createViewer();
    if (!this.viewer) return;
    this.data = data;
    this.readTheme();
    const scene = JSON.stringify([data.scene, this.theme]);
    if (data.camera !== this.camera) this.enter(data.camera);
    this.once(() => {
      if (scene !== this.scene) {
        this.scene = scene;
        this.drawScene();
        if (this.needsView) this.setView();
      }
      this.drawOverlay();
      this.receiveGrid();
    });
    this.canvas.setAttribute("aria-label", data.description);
    this.root.dataset.ready = data.camera;
    this.root.dataset.selected = data.selected ?? "";
    this.root.dataset.halos = (data.halos ?? []).map(({ atom }) => atom).join(" ");
    this.root.dataset.linked = (data.links ?? []).filter((link) => link.named).map(({ i, j }) => `${i}-${j}`).join(" ");
  }

  // Adding or removing a label paints the whole view; here everything is changed first and painted once.
  once(change) {
    if (!this.viewer) return;   // a button may be pressed before the library is here
    this.viewer.show = () => {};
    try {
      change();
    } finally {
      delete this.viewer.show;
    }
    this.viewer.render();
  }

  createViewer() {
    const viewer = this.lib.createViewer(this.canvas, { antialias: true, minimumZoomToDistance: 2.5 });
    if (!viewer) return this.fail(new Error("WebGL is not available"));
    viewer.setHoverDuration(40);
    viewer.setViewChangeCallback((view) => this.needsView || this.remember({ view, fit: this.fit() }));
    new ResizeObserver(() => viewer.resize()).observe(this.canvas);
    return viewer;
  }

  fail(error) {
    this.status.textContent = `The 3D view could not start (${error.message}). Use the bond table to select a bond.`;
    console.error(error);
  }

  // ---- camera and display choices, remembered by structure

  remember(part) {
    remembered.set(this.camera, { ...remembered.get(this.camera), ...part });
  }

  enter(camera) {
    this.camera = camera;
    this.scene = undefined;
    this.needsView = true;
    this.choices = { labels: "none", hidden: [], spheres: false, ...remembered.get(camera)?.choices };
    this.root.querySelector("[name=labels]").value = this.choices.labels;
    this.root.querySelector("[name=spheres]").checked = this.choices.spheres;
  }

  setView() {
    this.needsView = false;
    const known = remembered.get(this.camera);
    if (!known?.view) return this.resetView();
    const { view, fit } = known;
    this.viewer.setView(view);
    if (fit !== this.fit()) this.viewer.zoom(this.fit() / fit);   // a page with a narrower view must not cut it off
  }

  // A view clearly higher than wide shows its content smaller by this, so that nothing is cut off at the sides.
  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    return clientWidth && clientHeight ? Math.min(1, 1.1 * clientWidth / clientHeight) : 1;
  }

  resetView() {
    const extents = [0, 1, 2].map((k) => spread(this.data.scene.atoms.map((atom) => atom[k + 1])));
    const extent = Math.max(...extents);
    this.viewer.setView([0, 0, 0, 0, 0, 0, 0, 1]);
    // seen along z, a linear molecule would hide behind its first atom
    if (extents[2] > 4 * Math.max(extents[0], extents[1])) this.viewer.rotate(90, "y");
    this.viewer.zoomTo({ model: this.model.getID() });   // atoms alone: bounding spheres of shapes are far too wide
    this.viewer.zoom(0.87 * this.fit());
    // near enough for the fog to show depth, far enough for planes and surfaces around the atoms
    this.viewer.setSlab(-0.5 * extent - 8, 0.5 * extent + 8);
  }

  choose(changes) {
    Object.assign(this.choices, changes);
    this.remember({ choices: this.choices });
    this.once(() => {
      this.drawScene();
      this.drawOverlay();
      this.receiveGrid();
    });
  }

  readTheme() {
    const style = getComputedStyle(this.root);
    const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
    this.theme = {
      text: read("--st-text-color", "#1b1f24"),
      background: read("--st-background-color", "#ffffff"),
      accent: read("--st-primary-color", "#0b6e75"),
    };
  }

  // ---- toolbar and keyboard

  connectToolbar() {
    const find = (selector) => this.root.querySelector(selector);
    find("[name=reset]").onclick = () => this.once(() => this.resetView());
    find("[name=labels]").onchange = (event) => this.choose({ labels: event.target.value });
    find("[name=spheres]").onchange = (event) => this.choose({ spheres: event.target.checked });
    find(".isovalue input").oninput = () => {
      clearTimeout(this.isovalueTimer);
      this.isovalueTimer = setTimeout(() => this.once(() => this.drawSurface()), ISOVALUE_DELAY);
    };
    this.canvas.onkeydown = (event) => {
      const act = {
        ArrowLeft: () => this.viewer.rotate(-TURN, "y"), ArrowRight: () => this.viewer.rotate(TURN, "y"),
        ArrowUp: () => this.viewer.rotate(-TURN, "x"), ArrowDown: () => this.viewer.rotate(TURN, "x"),
        "+": () => this.viewer.zoom(1.1), "-": () => this.viewer.zoom(1 / 1.1), 0: () => this.once(() => this.resetView()),
      }[event.key];
      if (!act || !this.viewer) return;
      event.preventDefault();
      act();
    };
  }

  listKinds(bonds) {
    const kinds = [...new Set(bonds.map((bond) => bond.kind))];
    const list = this.root.querySelector(".kinds");
    list.replaceChildren(...kinds.map((kind) => {
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !this.choices.hidden.includes(kind) });
      box.onchange = () => this.choose({
        hidden: box.checked ? this.choices.hidden.filter((k) => k !== kind) : [...this.choices.hidden, kind],
      });
      const label = document.createElement("label");
      label.append(box, ` ${kind.replace("-", "–")}`);
      return label;
    }));
  }

  tell(text) {
    this.status.textContent = text ?? "";
    this.canvas.style.cursor = text ? "pointer" : "";
  }

  // Page coordinates of a bond's middle and whether a click there would pick it: for tests and tours.
  target(index) {
    const { x, y } = this.viewer.modelToScreen(xyz(this.data.scene.bonds[index].halves[0][1]));
    const mouse = this.viewer.mouseXY(x, y);
    const hit = this.viewer.targetedObjects(mouse.x, mouse.y, this.viewer.clickables)[0];
    return { x: x - window.scrollX, y: y - window.scrollY, free: hit?.clickable === this.targets[index] };
  }

  // The same of an atom.
  atomTarget(index) {
    const [, x, y, z] = this.data.scene.atoms[index], place = this.viewer.modelToScreen({ x, y, z });
    const mouse = this.viewer.mouseXY(place.x, place.y);
    const hit = this.viewer.targetedObjects(mouse.x, mouse.y, this.viewer.clickables)[0];
    return { x: place.x - window.scrollX, y: place.y - window.scrollY, free: hit?.clickable?.index === index };
  }

  dispose() {
    if (!this.viewer) return;
    this.viewer.removeAllModels();
    this.viewer.removeAllShapes();
    // browsers allow 8-16 contexts; waiting for garbage collection would use them up
    this.viewer.getCanvas().getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    this.viewer = null;
    delete this.root.view;
  }
}

