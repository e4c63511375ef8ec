// Eight sliders that decode in the browser while they move; Python confirms when they are released.
//
// Streamlit calls the default export whenever Python sends new data.  The way back (undo) outlives the page, by bond.

import { openModel, unpack } from "./network.js";
import { badgeOf, rootMeanSquare } from "./domain.js";
import { IndexList } from "./indices.js";
import { Choices } from "./choices.js";
import { Track, between, same } from "./track.js";
import { GeneRow, element, iconButton } from "./gene.js";
import { Panel } from "./panel.js";
import { slotOf } from "./slot.js";
import { SmallMap, drawProfile, lineMaximum, listNeighbours, profileOf, showBadge } from "./sidebar.js";
import { Strip, pathFrames, sweepFrames } from "./strips.js";

const tracks = (window.bondgenomeTracks ??= new Map());
const RELEASE_DELAY = 150;   // ms: key presses in a row are one release

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".workbench");
  const bench = (root.bench ??= new Workbench(root));
  bench.release = (values) => setTriggerValue("released", { origin: bench.origin, values });
  bench.visit = (number) => setTriggerValue("opened", { origin: bench.origin, number });
  bench.show(data);
}

class Workbench {
  constructor(root) {
    this.root = root;
    this.queue = Promise.resolve();
    this.sent = [];
    this.panels = Object.fromEntries(["original", "decoded", "difference"].map((name) => [name, new Panel(this.find(`canvas.${name}`))]));
    this.strips = {
      sweep: new Strip(this.find(".sweep"), (values) => this.go(values)),
      path: new Strip(this.find(".path"), (values, share) => { this.find(".share input").value = share; this.go(values); }),
    };
    this.connect();
    new ResizeObserver(() => this.prepare()).observe(this.find(".main"));
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // Updates run one after the other: the first waits for the weights.
  show(data) {
    this.queue = this.queue.then(() => this.apply(data));
  }

  async apply(data) {
    const slot = slotOf(data.model);
    slot.opened ??= openModel(await slot.payload);
    const fresh = data.origin !== this.origin || slot.opened !== this.model;
    Object.assign(this, { data, model: slot.opened, origin: data.origin });
    this.table = { elf: bytesOf(data.tables.elf), difference: bytesOf(data.tables.difference) };
    if (fresh) this.open(data);
    else if (!this.sent.some((values) => same(values, data.values)) && !same(this.track.values, data.values)) this.adopt(data.values);
    this.released = { ...data.released, image: unpack(data.released.image) };
    this.fillChoices();
    this.prepare();
    this.find(".provenance").textContent = data.provenance;
    const acts = { go: (values) => this.go(values), open: (number) => this.visit(number) };
    listNeighbours(this.find(".neighbours"), data.released.neighbours, { ...this.drawing(), ...acts });
    this.root.dataset.ready = data.origin;
  }

  open(data) {
    this.sent = [];
    const known = tracks.get(data.origin);
    this.track = known ?? new Track(data.encoded, data.encoded);
    tracks.set(data.origin, this.track);
    if (!same(this.track.values, data.values)) this.adopt(data.values);
    const { n } = data.cut, radius = data.cut.disc / data.cut.step;
    this.cut = { ...data.cut, mask: bytesOf(data.cut.mask) };
    this.original = unpack(data.cut.image);
    const open = this.cut.mask.map((masked) => !masked);
    const near = open.map((_, k) => Math.hypot((k % n) - (n - 1) / 2, Math.floor(k / n) - (n - 1) / 2) <= radius);
    this.counts = { near: open.map((o, k) => o && near[k]), full: open };
    this.map = new SmallMap(this.find("canvas.map"), this.model);
    this.indices = new IndexList(this.find(".indices"), this.model);
    this.gene = 0;
    this.rows = this.model.genes.map((statistics, gene) => new GeneRow(gene, statistics, data.colours[gene], this.handlers()));
    this.find(".genes").replaceChildren(...this.rows.map((row) => row.root));
  }

  adopt(values) {
    this.track.values = values.map(Math.fround);
    this.track.keep();
  }

  handlers() {
    return {
      move: (gene, value) => {
        const moved = this.track.move(gene, value);
        if (moved) this.schedule();
        return moved;
      },
      keep: () => this.keep(),
      focus: (gene) => this.focus(gene),
      lock: (gene) => { this.track.toggleLock(gene); this.schedule(); },
      reset: (gene) => { this.track.move(gene, this.track.encoded[gene]); this.keep(); },
      refuse: (text) => this.say(text),
    };
  }

  connect() {
    const toolbar = this.find(".toolbar"), undo = iconButton("undo", "Undo (Ctrl+Z)"), redo = iconButton("redo", "Redo (Ctrl+Shift+Z)");
    toolbar.prepend(undo, redo);
    this.buttons = { undo, redo, reset: this.find(".reset-all") };
    undo.onclick = () => this.travel("undo");
    redo.onclick = () => this.travel("redo");
    this.buttons.reset.onclick = () => this.go(this.track.encoded);
    this.choices = new Choices(this.find(".presets"), this.find(".targets"));
    this.choices.presets.onchange = () => {
      const preset = this.choices.takePreset();
      if (preset) this.go(preset);
    };
    for (const name of ["sweep", "path"]) {
      const toggle = this.find(`.${name}-toggle`);
      toggle.onclick = () => {
        const shown = this.find(`.${name}`).hidden;
        this.find(`.${name}`).hidden = !shown;
        toggle.setAttribute("aria-pressed", shown);
        this.drawStrips();
        this.schedule();
      };
    }
    this.choices.targets.onchange = () => { this.drawStrips(); this.schedule(); };
    const share = this.find(".share input");
    share.oninput = () => { this.track.moveTo(between(this.track.encoded, this.target(), Number(share.value))); this.schedule(); };
    share.onchange = () => this.keep();
    this.root.onkeydown = (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.composedPath()[0].type === "number") return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      this.travel(key === "y" || event.shiftKey ? "redo" : "undo");
    };
    for (const [name, panel] of Object.entries(this.panels)) {
      panel.canvas.onmousemove = (event) => this.read(name, panel.pixelAt(event));
      panel.canvas.onmouseleave = () => this.read(name, null);
    }
  }

  // ---- moving

  go(values) {
    this.track.moveTo(values);
    this.keep();
  }

  travel(direction) {
    if (this.track[direction]()) this.announce();
  }

  keep() {
    if (this.track.keep()) this.announce();
    this.schedule();
  }

  // Python hears of it after a short pause, so that a held key is one message.
  announce() {
    this.schedule();
    this.say("");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const values = [...this.track.values];
      this.sent.push(values);
      this.release(values);
      this.drawStrips();
    }, RELEASE_DELAY);
  }

  focus(gene) {
    if (this.gene === gene) return;
    this.gene = gene;
    this.drawStrips();
    this.schedule();
  }

  say(text) {
    this.find(".status").textContent = text;
  }

  // ---- drawing

  prepare() {
    if (!this.track) return;
    const style = getComputedStyle(this.root), read = (name) => style.getPropertyValue(name).trim();
    this.style = { text: style.color, accent: read("--st-primary-color"), font: style.fontFamily, second: this.data.second };
    for (const panel of Object.values(this.panels)) if (!panel.prepare(this.cut, this.style)) return;
    for (const [name, table] of Object.entries({ ".elf": this.table.elf, ".delta": this.table.difference })) {
      drawBar(this.find(`.bar${name} canvas`), table);
    }
    this.panels.original.draw(this.original, this.table.elf, [0, 1], this.data.ink);
    this.find(".original-range").textContent = this.range(this.original);
    this.panels.original.canvas.setAttribute("aria-label", this.data.cut.description);
    this.map.prepare(this.style);
    this.repaint();
    this.drawStrips();
  }

  schedule() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.repaint(); });
  }

  repaint() {
    if (!this.style) return;
    const { track, model, cut } = this;
    const decoded = Float32Array.from(model.decode(track.values));
    const confirmed = same(track.values, this.released.values);
    if (confirmed) this.confirm(decoded);
    const image = confirmed ? this.released.image : decoded;
    const difference = image.map((value, k) => (cut.mask[k] ? 0 : value - this.original[k]));
    this.panels.decoded.draw(image, this.table.elf, [0, 1], this.data.ink);
    this.panels.difference.draw(difference, this.table.difference, [-0.5, 0.5], null);
    this.shown = { original: this.original, decoded: image, difference };
    this.find(".decoded-range").textContent = this.range(image);
    const rmse = [rootMeanSquare(image, this.original, this.counts.near), rootMeanSquare(image, this.original, this.counts.full)];
    this.find(".rmse").textContent = rmse[0].toFixed(3);
    this.find(".rmse-full").textContent = rmse[1].toFixed(3);
    showBadge(this.find(".badge"), badgeOf(model, track.values, decoded));
    this.indices.show(track.encoded, track.values, !same(track.values, track.encoded));
    this.describe(image, rmse);
    this.rows.forEach((row, gene) => {
      row.mark(track.encoded[gene]);
      row.show(track.values[gene], track.locked.has(gene));
      row.root.classList.toggle("focused", gene === this.gene);
    });
    // not 'disabled', which would take the focus away from whoever undoes step by step
    this.buttons.undo.setAttribute("aria-disabled", !track.past.length);
    this.buttons.redo.setAttribute("aria-disabled", !track.future.length);
    this.buttons.reset.disabled = same(track.values, track.encoded);
    this.root.dataset.painted = Number(this.root.dataset.painted ?? 0) + 1;
    this.root.dataset.confirmed = confirmed;
  }

  // How far the browser's image lies from Python's for the same genome: for tests.
  confirm(decoded) {
    this.root.dataset.deviation = decoded.reduce((worst, value, k) => Math.max(worst, Math.abs(value - this.released.image[k])), 0);
  }

  describe(image, rmse) {
    const { track, cut } = this, moved = track.values.map((value, gene) => [gene, value - track.encoded[gene]]).filter(([, d]) => d !== 0);
    const before = profileOf(this.original, cut.n), now = profileOf(image, cut.n);
    drawProfile(this.find("canvas.profile"), cut, before, now, this.style);
    this.map.draw(track.encoded, track.values, this.find(".path").hidden ? null : this.target(), this.style);
    const was = lineMaximum(before, cut), is = lineMaximum(now, cut);
    const steps = moved.map(([gene, d]) => `g${gene + 1} ${signed(d)}`).join(", ") || "Nothing yet: the encoded bond";
    const top = was && is ? ` · largest ELF on the bond ${was.value.toFixed(2)} at ${signed(was.z)} Å → ${is.value.toFixed(2)} at ${signed(is.z)} Å` : "";
    this.find(".changes").textContent = steps + top;
    this.find("canvas.profile").setAttribute("aria-label", `ELF along the bond, original and decoded${top}`);
    this.find("canvas.map").setAttribute("aria-label", `Genes 1 and 2: encoded ${track.encoded[0].toFixed(2)}, ${track.encoded[1].toFixed(2)}; now ${track.values[0].toFixed(2)}, ${track.values[1].toFixed(2)}`);
    this.panels.decoded.canvas.setAttribute("aria-label", `ELF decoded from the genome ${track.values.map((v) => v.toFixed(2)).join(", ")}`);
    this.panels.difference.canvas.setAttribute("aria-label", `Decoded minus original: RMSE ${rmse[0].toFixed(3)} near the bond, ${rmse[1].toFixed(3)} in the window`);
  }

  range(image) {
    const open = image.filter((_, k) => this.counts.full[k]);
    return `${Math.min(...open).toFixed(2)}–${Math.max(...open).toFixed(2)} outside cores`;
  }

  read(name, pixel) {
    const { n, step } = this.cut, place = (k) => ((k - (n - 1) / 2) * step).toFixed(2);
    this.find(".readout").textContent = pixel && this.shown
      ? `z ${place(pixel.column)} Å, x ${place(pixel.row)} Å: ${this.cut.mask[pixel.at] ? "core" : this.shown[name][pixel.at].toFixed(3)}` : "";
  }

  // ---- choices and strips

  fillChoices() {
    this.choices.fill([["Bonds of this structure", this.data.targets], ["Exemplars", this.data.presets],
      ["Nearest real bonds", this.data.released.neighbours.map((b) => ({ label: `${b.label}, ${b.note}`, values: b.values }))]]);
  }

  target() {
    return this.choices.target() ?? this.track.encoded;
  }

  drawing() {
    return { decode: this.model.decode, n: this.cut.n, table: this.table.elf };
  }

  drawStrips() {
    const { values, encoded } = this.track, statistics = this.model.genes[this.gene];
    if (!this.find(".sweep").hidden) {
      this.strips.sweep.show(sweepFrames(values, this.gene, statistics), `Gene ${this.gene + 1} over the 1–99 % band of training bonds, the others as set`, this.drawing());
    }
    if (!this.find(".path").hidden) this.strips.path.show(pathFrames(encoded, this.target()), "From A, the encoded bond, to B", this.drawing());
  }
}

function drawBar(canvas, table) {
  [canvas.width, canvas.height] = [256, 1];
  const pixels = new ImageData(256, 1);
  for (let k = 0; k < 256; k++) pixels.data.set([table[3 * k], table[3 * k + 1], table[3 * k + 2], 255], 4 * k);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

const bytesOf = (text) => Array.from(atob(text), (c) => c.charCodeAt(0));
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
