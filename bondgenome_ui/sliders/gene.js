// One gene: training histogram with its 1-99 % band, slider with a tick at the encoded value, number, lock, reset.

const REPRODUCIBLE = 0.9;     // mean |r| with the genes of other seeds
const MARGIN_SHARE = 0.08;    // how far a slider reaches beyond the training values
const KEY_STEP = 0.05, SHIFT_FACTOR = 5, PAGE_STEP = 0.5;
const SVG = "http://www.w3.org/2000/svg";

export class GeneRow {
  // on: {move(gene, value), keep(), focus(gene), lock(gene), reset(gene), refuse(text)}
  constructor(gene, statistics, colour, on) {
    Object.assign(this, { gene, statistics, on });
    this.name = `Gene ${gene + 1}`;
    const span = statistics.max - statistics.min;
    this.low = statistics.min - MARGIN_SHARE * span;
    this.high = statistics.max + MARGIN_SHARE * span;
    this.build(colour);
    this.connect();
  }

  build(colour) {
    this.root = element("div", { className: "gene" });
    this.root.style.setProperty("--gene", colour);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", this.name);
    this.label = element("span", { className: "name", textContent: `g${this.gene + 1}` });
    const { reproducibility } = this.statistics;
    if (reproducibility !== null && reproducibility < REPRODUCIBLE) {
      this.label.append(element("sup", { textContent: "~" }));
      this.label.title = `Models of other seeds find this gene only with |r| = ${reproducibility.toFixed(2)}: what it means is not settled.`;
    }
    const scale = element("div", { className: "scale" });
    this.picture = document.createElementNS(SVG, "svg");
    this.picture.setAttribute("viewBox", "0 0 100 100");
    this.picture.setAttribute("preserveAspectRatio", "none");
    this.picture.setAttribute("aria-hidden", "true");
    this.slider = element("input", { type: "range", step: "any" });
    const { p1, p99, mean } = this.statistics;
    this.slider.title = `Training bonds: mean ${mean.toFixed(2)}, 1–99 % from ${p1.toFixed(2)} to ${p99.toFixed(2)}`;
    this.slider.setAttribute("aria-label", `${this.name}; 1 to 99 percent of training bonds lie from ${p1.toFixed(2)} to ${p99.toFixed(2)}`);
    scale.append(this.picture, this.slider);
    this.number = element("input", { type: "number", step: "0.05" });
    this.number.setAttribute("aria-label", `${this.name}, value`);
    this.lockButton = iconButton("lock", `Lock ${this.name.toLowerCase()}`);
    this.resetButton = iconButton("reset", `Set ${this.name.toLowerCase()} back to the encoded value`);
    this.root.append(this.label, scale, this.number, this.lockButton, this.resetButton);
  }

  connect() {
    const { gene, on, slider, number } = this;
    slider.oninput = () => on.move(gene, Number(slider.value));
    slider.onchange = number.onblur = () => on.keep();
    slider.onkeydown = (event) => this.key(event);
    number.oninput = () => this.valid() && on.move(gene, Number(number.value));
    number.onchange = () => {
      if (this.valid()) return on.keep();
      on.refuse(`${this.name} needs a number; ${this.value.toFixed(3)} was kept.`);
      this.show(this.value);
    };
    this.root.onfocusin = this.root.onpointerdown = () => on.focus(gene);
    this.lockButton.onclick = () => on.lock(gene);
    this.resetButton.onclick = () => on.reset(gene);
  }

  valid() {
    return this.number.value.trim() !== "" && Number.isFinite(Number(this.number.value));
  }

  key(event) {
    const step = (event.shiftKey ? SHIFT_FACTOR : 1) * KEY_STEP;
    const change = {
      ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -PAGE_STEP, PageUp: PAGE_STEP,
    }[event.key];
    if (change === undefined) return;
    event.preventDefault();
    // the next key may come before the next drawing
    if (this.on.move(this.gene, this.value + change)) this.value += change;
    this.on.keep();
  }

  // encoded: the tick; drawn again only when it moves.
  mark(encoded) {
    if (this.encoded === encoded) return;
    this.encoded = encoded;
    this.low = Math.min(this.low, encoded);
    this.high = Math.max(this.high, encoded);
    this.drawHistogram();
  }

  drawHistogram() {
    const { counts, edges, p1, p99 } = this.statistics;
    const x = (value) => 100 * (value - this.low) / (this.high - this.low), most = Math.max(...counts);
    const bars = counts.map((count, k) =>
      `M${x(edges[k])} 100V${100 - 92 * count / most}H${x(edges[k + 1])}V100Z`).join("");
    this.picture.innerHTML =
      `<rect class="band" x="${x(p1)}" y="0" width="${x(p99) - x(p1)}" height="100"/><path class="bars" d="${bars}"/>` +
      `<path class="tick" d="M${x(this.encoded)} 0V100" vector-effect="non-scaling-stroke"/>`;
    Object.assign(this.slider, { min: this.low, max: this.high });
  }

  show(value, locked = this.slider.disabled) {
    this.value = value;
    if (value < this.low || value > this.high) {   // a typed value may lie outside
      this.low = Math.min(this.low, value);
      this.high = Math.max(this.high, value);
      this.drawHistogram();
    }
    this.slider.value = value;
    this.slider.setAttribute("aria-valuetext", value.toFixed(2));
    const text = value.toFixed(3);
    if (!this.typing() && this.number.value !== text) this.number.value = text;
    this.slider.disabled = this.number.disabled = locked;
    this.lockButton.setAttribute("aria-pressed", locked);
    const moved = Math.fround(value) !== Math.fround(this.encoded);
    this.resetButton.disabled = locked || !moved;
    this.root.classList.toggle("moved", moved);
  }

  // A number half typed must not be rewritten under the cursor.
  typing() {
    return this.number.getRootNode().activeElement === this.number && Math.fround(Number(this.number.value)) === Math.fround(this.value);
  }
}

export function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

const ICONS = {
  lock: '<path d="M5 7V5a3 3 0 0 1 6 0v2"/><rect x="3.5" y="7" width="9" height="6.5" rx="1"/>',
  reset: '<path d="M3.5 8a4.5 4.5 0 1 0 1.6-3.4"/><path d="M5.4 1.8 4.9 4.8 7.9 5.2"/>',
  undo: '<path d="M3 6h6.5a3.5 3.5 0 0 1 0 7H6"/><path d="M5.8 3 3 6l2.8 3"/>',
  open: '<path d="M6 3.500H3.500v9h9V10"/><path d="M9 3h4v4M13 3 7.500 8.500"/>',
  redo: '<path d="M13 6H6.500a3.5 3.5 0 0 0 0 7H10"/><path d="M10.200 3 13 6l-2.800 3"/>',
};

export function iconButton(icon, title) {
  const button = element("button", { type: "button", className: "icon", title });
  button.setAttribute("aria-label", title);
  button.innerHTML = `<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">${ICONS[icon]}</svg>`;
  return button;
}
