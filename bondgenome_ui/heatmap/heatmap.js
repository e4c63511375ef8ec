// A square heatmap of atoms; the root element keeps the view between calls.
const GREY = 0.5;
const SEQUENTIAL = [[252, 253, 253], [196, 224, 226], [116, 178, 184], [34, 120, 130], [6, 62, 74]];
const DIVERGING = [[33, 78, 145], [120, 163, 209], [248, 248, 248], [228, 158, 110], [166, 66, 10]];

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".heatmap");
  const view = (root.view ??= new Heatmap(root));
  view.onCell = (i, j) => setTriggerValue("cell", { i, j, at: Date.now() });
  view.show(data);
}

class Heatmap {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.canvas.onmousemove = (event) => this.tell(this.cellAt(event));
    this.canvas.onmouseleave = () => this.tell(this.place);
    this.canvas.onclick = (event) => this.choose(this.cellAt(event));
    root.onkeydown = (event) => this.move(event);
    new ResizeObserver(() => this.data && this.draw()).observe(root);
  }

  show(data) {
    this.data = data;
    const bytes = Uint8Array.from(atob(data.values), (c) => c.charCodeAt(0));
    this.values = new Float32Array(bytes.buffer);
    this.largest = Math.max(...this.values.map(Math.abs).filter(Number.isFinite), 1e-12);
    const at = (atom) => data.order.indexOf(atom);
    this.place = data.chosen ? [at(data.chosen[0]), at(data.chosen[1])] : null;
    this.root.setAttribute("aria-label", data.title);
    this.draw();
    this.drawScale();
    this.tell(this.place);
    this.root.dataset.chosen = data.chosen ? data.chosen.join("-") : "";
    this.root.dataset.ready = data.title;
  }

  // ---- colours

  // -1 ... 1: linear below ``linear``, logarithmic above
  level(value) {
    const { linear } = this.data;
    const squeeze = (v) => (v <= linear ? v / linear : 1 + Math.log10(v / linear));
    return Math.sign(value) * squeeze(Math.abs(value)) / squeeze(Math.max(this.largest, linear));
  }

  colour(value) {
    if (!Number.isFinite(value)) return "transparent";
    const { signed, greyed } = this.data;
    const share = signed ? 0.5 + 0.5 * this.level(value) : this.level(Math.abs(value));
    const stops = signed ? DIVERGING : SEQUENTIAL;
    const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1), low = Math.min(Math.floor(at), stops.length - 2);
    let rgb = stops[low].map((c, k) => c + (stops[low + 1][k] - c) * (at - low));
    if (greyed) {
      const grey = 0.3 * rgb[0] + 0.59 * rgb[1] + 0.11 * rgb[2];
      rgb = [grey, grey, grey].map((c) => 255 - GREY * (255 - c));
    }
    return `rgb(${rgb.map(Math.round).join(",")})`;
  }

  // ---- drawing

  draw() {
    const { data, canvas } = this;
    const style = getComputedStyle(this.root);
    const ratio = window.devicePixelRatio || 1, side = Math.max(160, Math.min(this.root.clientWidth, data.height));
    canvas.style.width = canvas.style.height = `${side}px`;
    canvas.width = canvas.height = Math.round(side * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    this.margin = data.n <= 48 ? 34 : 12;
    this.size = (side - this.margin) / data.n;
    data.order.forEach((i, row) => data.order.forEach((j, column) => {
      pen.fillStyle = this.colour(this.values[i * data.n + j]);
      pen.fillRect(this.margin + column * this.size, this.margin + row * this.size, this.size + 0.5, this.size + 0.5);
    }));
    this.drawLabels(pen, style.color, side);
    if (this.place) this.drawPlace(pen, style.getPropertyValue("--st-primary-color") || "#0b6e75", side);
  }

  drawLabels(pen, ink, side) {
    const { data, margin, size } = this;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = `${Math.max(7, Math.min(12, size - 2))}px ${getComputedStyle(this.root).fontFamily}`;
    data.order.forEach((atom, k) => {
      const middle = margin + (k + 0.5) * size;
      pen.fillStyle = data.colours[atom];
      pen.fillRect(margin - 6, middle - size / 2, 5, Math.max(size - 0.5, 0.5));
      pen.fillRect(middle - size / 2, margin - 6, Math.max(size - 0.5, 0.5), 5);
      if (data.n > 48 || size < 9) return;
      pen.fillStyle = ink;
      const name = size > 22 ? `${data.symbols[atom]}${atom}` : data.symbols[atom];
      pen.fillText(name, (margin - 6) / 2, middle, margin - 6);
      pen.fillText(name, middle, (margin - 6) / 2, size + 4);
    });
  }

  drawPlace(pen, accent, side) {
    const [row, column] = this.place, { margin, size } = this;
    pen.strokeStyle = accent;
    pen.lineWidth = 2;
    pen.globalAlpha = 0.45;
    pen.strokeRect(margin, margin + row * size, side - margin, size);
    pen.strokeRect(margin + column * size, margin, size, side - margin);
    pen.globalAlpha = 1;
    if (row !== column) pen.strokeRect(margin + column * size, margin + row * size, size, size);
  }

  drawScale() {
    const { data } = this, bar = this.root.querySelector(".bar"), pen = bar.getContext("2d");
    bar.width = 256;
    bar.height = 1;
    const low = data.signed ? -this.largest : 0;
    for (let x = 0; x < 256; x++) {
      // evenly in colour, not in value
      const share = data.signed ? (x / 255) * 2 - 1 : x / 255;
      pen.fillStyle = this.colour(this.valueAt(share));
      pen.fillRect(x, 0, 1, 1);
    }
    this.root.querySelector(".low").textContent = low === 0 ? "0" : low.toPrecision(2);
    this.root.querySelector(".high").textContent = this.largest.toPrecision(2);
    this.root.querySelector(".unit").textContent = data.unit;
  }

  valueAt(level) {
    const { linear } = this.data, top = Math.max(this.largest, linear), whole = 1 + Math.log10(top / linear);
    const height = Math.abs(level) * whole;
    return Math.sign(level) * (height <= 1 ? height * linear : linear * 10 ** (height - 1));
  }

  // ---- choosing

  cellAt(event) {
    const box = this.canvas.getBoundingClientRect(), { margin, size, data } = this;
    const [column, row] = [event.clientX - box.left, event.clientY - box.top].map((p) => Math.floor((p - margin) / size));
    if (row >= data.n || column >= data.n || (row < 0 && column < 0)) return null;
    return [row < 0 ? column : row, column < 0 ? row : column];   // on a label: the atom alone
  }

  choose(place) {
    if (!place) return;
    this.place = place;
    this.draw();
    this.onCell(this.data.order[place[0]], this.data.order[place[1]]);
  }

  move(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const last = this.data.n - 1, from = this.place ?? [0, 0];
    this.choose(from.map((p, k) => Math.min(Math.max(p + step[k], 0), last)));
  }

  tell(place) {
    const { data } = this, told = this.root.querySelector(".told");
    if (!place) return void (told.textContent = "Click a cell for a pair, a label for an atom.");
    const [i, j] = place.map((p) => data.order[p]);
    const value = this.values[i * data.n + j], name = (a) => `${data.symbols[a]}${a}`;
    told.textContent = `${name(i)} – ${name(j)}: ${Number.isFinite(value) ? value.toPrecision(3) : "none"} ${data.unit}`;
  }

  // Page coordinates of a cell: for tests and tours.
  target(i, j) {
    const box = this.canvas.getBoundingClientRect(), at = (atom) => this.margin + (this.data.order.indexOf(atom) + 0.5) * this.size;
    return { x: box.left + at(j), y: box.top + at(i) };
  }
}
