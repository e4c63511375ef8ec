// The map of all bonds: move, zoom, hover, click a bond, draw a box or a lasso around many.
//
// A canvas of its own because a chart of the library starts anew, with its zoom and its selection lost, whenever
// a ring moves to another bond.  View and choices outlive reruns and pages, by map.

const remembered = (window.bondgenomeMaps ??= new Map());
const REACH = 12;        // pixels within which the nearest bond is meant
const CLICK = 4;         // pixels a click may move
const OUTLINE = "rgba(110, 118, 126, 0.75)";
const GENE_LIMIT = 127 / 4;   // genes come as bytes, four standard deviations to 127

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".map");
  const map = (root.map ??= new BondMap(root));
  map.send = setTriggerValue;
  map.show(data);
  return () => setTimeout(() => root.isConnected || map.dispose(), 0);
}

class BondMap {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.canvas = this.find("canvas");
    this.pen = this.canvas.getContext("2d");
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(this.find(".stage"));
    this.listen();
  }

  // ---- data

  show(data) {
    if (data.map !== this.data?.map) this.enter(data.map);
    this.data = data;
    this.n = data.n;
    if (data.geometry !== this.geometry) {
      this.geometry = data.geometry;
      this.points = new Float32Array(unpack(data.points).buffer);
      this.genes = new Int8Array(unpack(data.genes).buffer);
      this.facts = unpack(data.facts);
      this.lengths = new Uint16Array(unpack(data.lengths).buffer);
    }
    this.colour = unpack(data.colouring.index);
    this.shown = unpack(data.shown);
    this.members = unpack(data.members);
    this.root.style.height = `${data.height}px`;
    this.canvas.setAttribute("aria-label", data.description);
    for (const name of ["roads", "names", "own"]) this.find(`[name=${name}]`).checked = this.choices[name];
    this.find("[name=own]").disabled = !data.own.length;
    this.drawLegend();
    this.readTheme();
    this.resize();
    if (data.selected != null && data.selected !== this.focused) this.bringIntoView(data.selected);
    this.focused = data.selected;
    this.root.dataset.ready = data.map;
    this.root.dataset.selected = data.selected ?? "";
    this.root.dataset.new = data.new ?? "";
  }

  enter(name) {
    this.name = name;
    const known = remembered.get(name) ?? {};
    this.view = known.view ?? null;
    this.choices = { mode: "move", roads: false, names: true, own: true, ...known.choices };
    this.setMode(this.choices.mode);
  }

  remember() {
    remembered.set(this.name, { view: this.view, choices: this.choices });
  }

  readTheme() {
    const style = getComputedStyle(this.root);
    const read = (name) => style.getPropertyValue(name).trim();
    this.ink = read("--st-text-color");
    this.ground = read("--st-background-color");
    this.accent = read("--st-primary-color");
    const [r, g, b] = [1, 3, 5].map((k) => parseInt(this.ground.slice(k, k + 2), 16));
    this.grey = r + g + b > 382 ? "#d5dade" : "#39424b";
  }

  // ---- view: screen = scale * map + shift, y upwards on the map

  resize() {
    const { clientWidth: width, clientHeight: height } = this.find(".stage");
    const dense = window.devicePixelRatio || 1;
    if (!width || !height || !this.data) return;
    Object.assign(this.canvas, { width: Math.round(width * dense), height: Math.round(height * dense) });
    this.size = { width, height, dense };
    this.view ??= this.whole();
    this.draw();
  }

  whole() {
    const { x0, x1, y0, y1 } = this.data.extent;
    const { width, height } = this.size;
    const scale = 0.92 * Math.min(width / (x1 - x0), height / (y1 - y0));
    return { scale, x: 0.5 * (x0 + x1), y: 0.5 * (y0 + y1) };   // the middle of the window, in map units
  }

  toScreen(x, y) {
    const { scale, x: cx, y: cy } = this.view;
    return [0.5 * this.size.width + scale * (x - cx), 0.5 * this.size.height - scale * (y - cy)];
  }

  screenOf(n) { return this.toScreen(this.points[2 * n], this.points[2 * n + 1]); }

  zoom(factor, px = 0.5 * this.size.width, py = 0.5 * this.size.height) {
    const view = this.view, dx = px - 0.5 * this.size.width, dy = 0.5 * this.size.height - py;
    const limits = this.whole().scale;
    const scale = Math.min(Math.max(view.scale * factor, 0.5 * limits), 80 * limits);
    // what lies under the pointer stays there
    this.view = { scale, x: view.x + dx / view.scale - dx / scale, y: view.y + dy / view.scale - dy / scale };
    this.changed();
  }

  move(dx, dy) {
    this.view = { ...this.view, x: this.view.x - dx / this.view.scale, y: this.view.y + dy / this.view.scale };
    this.changed();
  }

  bringIntoView(n) {
    if (n == null) return;
    const [x, y] = this.screenOf(n);
    const { width, height } = this.size;
    if (x > 30 && y > 30 && x < width - 30 && y < height - 30) return;
    this.view = { ...this.view, x: this.points[2 * n], y: this.points[2 * n + 1] };
    this.changed();
  }

  changed() {
    this.remember();
    this.queued ??= requestAnimationFrame(() => { this.queued = null; this.draw(); });
  }

  // ---- drawing, from the back to the front

  draw() {
    const { pen, size, data } = this;
    pen.setTransform(size.dense, 0, 0, size.dense, 0, 0);
    pen.clearRect(0, 0, size.width, size.height);
    const zoomed = this.view.scale / this.whole().scale;
    const radius = Math.min(6, (this.n > 8000 ? 1.7 : this.n > 2500 ? 2.3 : 3) * Math.sqrt(Math.max(zoomed, 0.7)));
    // what is filtered away, or outside the sets on show, stays as grey context
    const stands = (n) => this.shown[n] && (!data.sets.length || this.members[n]);
    const two = data.sets.length === 2;
    this.discs(radius, (n) => (stands(n) ? -1 : 0), [this.grey]);
    this.discs(radius, (n) => (stands(n) ? (two ? this.members[n] : this.colour[n]) : -1), two ? this.setColours() : data.colouring.colours);
    if (this.choices.roads) this.drawRoads();
    this.drawWalk();
    if (this.choices.own) this.drawOwn(radius);
    if (this.choices.names) this.drawNames();
    if (data.selected != null) this.drawSelected(...this.screenOf(data.selected), radius);
    else if (data.new != null) this.drawSelected(...this.toScreen(...data.own[data.new]), radius + 2);
    if (this.stroke?.length > 1) this.drawStroke();
  }

  discs(radius, colourOf, table) {
    const { pen } = this;
    const groups = new Map();
    for (let n = 0; n < this.n; n++) {
      const colour = colourOf(n);
      if (colour < 0) continue;
      const [x, y] = this.screenOf(n);
      if (x < -9 || y < -9 || x > this.size.width + 9 || y > this.size.height + 9) continue;
      if (!groups.has(colour)) groups.set(colour, []);
      groups.get(colour).push(x, y);
    }
    pen.globalAlpha = 0.85;
    for (const [colour, places] of groups) {
      pen.fillStyle = table[colour];
      pen.beginPath();
      for (let k = 0; k < places.length; k += 2) {
        pen.moveTo(places[k] + radius, places[k + 1]);
        pen.arc(places[k], places[k + 1], radius, 0, 2 * Math.PI);
      }
      pen.fill();
      // the middle of a diverging scale is as pale as the ground
      if (this.data.colouring.outlined && table.length > 1) Object.assign(pen, { strokeStyle: OUTLINE, lineWidth: 0.7 }).stroke();
    }
    pen.globalAlpha = 1;
  }

  // by the bits of ``members``: the first set, the second, both
  setColours() { return ["", ...this.data.sets.map((set) => set.colour), this.ink]; }

  line(places, colour, width, dash = []) {
    const { pen } = this;
    pen.beginPath();
    places.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    Object.assign(pen, { strokeStyle: colour, lineWidth: width });
    pen.setLineDash(dash);
    pen.stroke();
    pen.setLineDash([]);
  }

  drawRoads() {
    for (const road of this.data.roads) {
      const ends = [road.from, road.to].map((n) => this.screenOf(n));
      this.line(ends, this.ground, 4);
      this.pen.globalAlpha = 0.75;
      this.line(ends, this.ink, road.tree ? 1 + 3 * road.similarity : 1, road.support < 0.5 ? [4, 4] : []);
      this.pen.globalAlpha = 1;
      const [x, y] = [0, 1].map((k) => 0.5 * (ends[0][k] + ends[1][k]));
      if (Math.hypot(ends[0][0] - ends[1][0], ends[0][1] - ends[1][1]) > 70) this.words(road.distance.toFixed(1), x, y, 11, this.ink);
    }
  }

  drawWalk() {
    const places = this.data.walk.map((n) => this.screenOf(n));
    if (!places.length) return;
    this.line(places, this.ground, 5);
    this.line(places, this.accent, 2.5);
    for (const [x, y] of places) this.circle(x, y, 3.5, this.accent, this.ground, 1);
  }

  drawNames() {
    for (const { n, label } of this.data.exemplars) {
      const [x, y] = this.screenOf(n);
      this.circle(x, y, 4.5, this.ground, this.ink, 2);
      this.words(label, x, y - 13, 12, this.ink, 600);
    }
  }

  drawOwn(radius) {
    const { pen } = this;
    const r = radius + 2.5;
    for (const [x0, y0] of this.data.own) {
      const [x, y] = this.toScreen(x0, y0);
      for (const [colour, width] of [[this.ground, 3.5], [this.ink, 1.5]]) {
        pen.beginPath();
        [[0, -r], [r, 0], [0, r], [-r, 0]].forEach(([dx, dy], k) => (k ? pen.lineTo(x + dx, y + dy) : pen.moveTo(x + dx, y + dy)));
        pen.closePath();
        Object.assign(pen, { strokeStyle: colour, lineWidth: width });
        pen.stroke();
      }
    }
  }

  drawSelected(x, y, radius) {
    this.circle(x, y, radius + 6, null, this.ground, 5);
    this.circle(x, y, radius + 6, null, this.accent, 2.5);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      this.line([[x + (radius + 6) * dx, y + (radius + 6) * dy], [x + (radius + 13) * dx, y + (radius + 13) * dy]], this.accent, 2.5);
    }
  }

  drawStroke() {
    const closed = [...this.stroke, this.stroke[0]];
    this.line(closed, this.accent, 1.5, [5, 3]);
  }

  circle(x, y, radius, fill, edge, width) {
    const { pen } = this;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    if (fill) Object.assign(pen, { fillStyle: fill }).fill();
    Object.assign(pen, { strokeStyle: edge, lineWidth: width }).stroke();
  }

  words(text, x, y, size, colour, weight = 400) {
    const { pen } = this;
    Object.assign(pen, { font: `${weight} ${size}px ${getComputedStyle(this.root).fontFamily}`, textAlign: "center", textBaseline: "middle" });
    Object.assign(pen, { strokeStyle: this.ground, lineWidth: 4, lineJoin: "round", fillStyle: colour });
    pen.strokeText(text, x, y);
    pen.fillText(text, x, y);
  }

  drawLegend() {
    const { title, legend, colours, low, high } = this.data.colouring;
    const { sets } = this.data;
    const two = sets.length === 2;
    const both = this.members.reduce((count, bits) => count + (bits === 3), 0);
    const entries = two ? [...sets.map((set) => [set.label, set.colour, set.count]), ["in both", "currentColor", both]] : legend;
    const parts = [node("span", "title", two ? "Selections" : title)];
    for (const [label, colour, count] of entries) {
      const entry = node("span", "entry", "");
      const dot = node("i", "", "");
      dot.style.background = colour;
      entry.append(dot, `${label} (${count})`);
      parts.push(entry);
    }
    if (!entries.length) {
      const bar = node("span", "bar", "");
      bar.style.background = `linear-gradient(90deg, ${colours.slice(0, -1).join(",")})`;
      parts.push(node("span", "", low), bar, node("span", "", high));
    }
    if (sets.length === 1) parts.push(node("span", "quiet", `in colour: ${sets[0].label} (${sets[0].count})`));
    this.find(".legend").replaceChildren(...parts, node("span", "quiet", this.data.note));
  }

  // ---- pointer and keyboard

  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.drag(event);
    canvas.onpointerup = (event) => this.release(event);
    canvas.onpointercancel = () => { this.start = this.stroke = null; this.draw(); };
    canvas.onpointerleave = () => this.tell(null);
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.onkeydown = (event) => this.key(event);
    for (const button of this.root.querySelectorAll("[data-mode]")) button.onclick = () => this.setMode(button.dataset.mode);
    this.find("[name=reset]").onclick = () => this.reset();
    for (const name of ["roads", "names", "own"]) {
      this.find(`[name=${name}]`).onchange = (event) => { this.choices[name] = event.target.checked; this.changed(); };
    }
  }

  setMode(mode) {
    this.choices.mode = mode;
    for (const button of this.root.querySelectorAll("[data-mode]")) button.setAttribute("aria-checked", button.dataset.mode === mode);
    this.canvas.classList.toggle("draws", mode !== "move");
    this.remember();
  }

  reset() {
    this.view = this.whole();
    this.changed();
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.start = [event.offsetX, event.offsetY];
    this.last = this.start;
    this.drawing = event.shiftKey ? "lasso" : this.choices.mode;
    this.stroke = [this.start];
    this.tell(null);
  }

  drag(event) {
    const place = [event.offsetX, event.offsetY];
    if (!this.start) return this.tell(this.nearest(...place), place);
    if (this.drawing === "move") this.move(place[0] - this.last[0], place[1] - this.last[1]);
    else if (this.drawing === "lasso") this.stroke.push(place);
    else this.stroke = [this.start, [place[0], this.start[1]], place, [this.start[0], place[1]]];
    this.last = place;
    if (this.drawing !== "move") this.draw();
  }

  release(event) {
    const { start, stroke, drawing } = this;
    this.start = this.stroke = null;
    if (!start) return;
    if (Math.hypot(event.offsetX - start[0], event.offsetY - start[1]) <= CLICK && stroke.length < 12) {
      const n = this.nearest(...start);
      if (n != null) this.pick(n);
    } else if (drawing !== "move") {
      const inside = [];
      for (let n = 0; n < this.n; n++) if (this.shown[n] && within(this.screenOf(n), stroke)) inside.push(n);
      this.send("drawn", { bonds: inside, how: drawing, at: Date.now() });
    }
    this.draw();
  }

  key(event) {
    const step = 40;
    const act = {
      ArrowLeft: () => this.move(step, 0), ArrowRight: () => this.move(-step, 0), ArrowUp: () => this.move(0, step),
      ArrowDown: () => this.move(0, -step), "+": () => this.zoom(1.25), "-": () => this.zoom(0.8), 0: () => this.reset(),
      m: () => this.setMode("move"), b: () => this.setMode("box"), l: () => this.setMode("lasso"),
      Enter: () => this.pickMiddle(),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  }

  // with the keyboard, the bond nearest to the middle of the window
  pickMiddle() {
    const n = this.nearest(0.5 * this.size.width, 0.5 * this.size.height, Infinity);
    if (n != null) this.pick(n);
  }

  // what is chosen here is in sight already: the view stays
  pick(n) {
    this.focused = n;
    this.send("pick", { n, at: Date.now() });
  }

  nearest(px, py, reach = REACH) {
    let best = null, least = reach * reach;
    for (let n = 0; n < this.n; n++) {
      if (!this.shown[n]) continue;
      const [x, y] = this.screenOf(n), d = (x - px) ** 2 + (y - py) ** 2;
      if (d < least) [best, least] = [n, d];
    }
    return best;
  }

  tell(n, place) {
    const tip = this.find(".tip");
    tip.hidden = n == null;
    this.canvas.classList.toggle("hits", n != null);
    if (n == null) return;
    if (n !== this.told) tip.replaceChildren(...this.tipOf(n));
    this.told = n;
    const { width, height } = this.size;
    tip.style.left = `${Math.min(place[0] + 14, width - tip.offsetWidth - 4)}px`;
    tip.style.top = `${place[1] + 14 + tip.offsetHeight > height ? place[1] - tip.offsetHeight - 10 : place[1] + 14}px`;
  }

  tipOf(n) {
    const [kind, species, family] = ["kinds", "species", "families"].map((list, k) => this.data[list][this.facts[3 * n + k]]);
    const head = node("b", "", `${kind.replace("-", "–")} ${(this.lengths[n] / 1e4).toFixed(3)} Å`);
    const bars = node("div", "bars", "");
    for (let g = 0; g < 8; g++) {
      const bar = node("i", "", "");
      bar.style.background = this.diverging(this.genes[8 * n + g] / GENE_LIMIT);
      bar.style.borderBottomColor = this.data.geneColours[g];
      bars.append(bar);
    }
    return [head, ` · ${species} · bond ${n}`, bars, node("div", "", family)];
  }

  diverging(value) {
    const { shades, limit } = this.data.barcode;
    const place = Math.round((0.5 + (0.5 * value) / limit) * (shades.length - 1));
    return shades[Math.min(Math.max(place, 0), shades.length - 1)];
  }

  // Page coordinates of a bond: for tests and tours.
  target(n) {
    const box = this.canvas.getBoundingClientRect(), [x, y] = this.screenOf(n);
    const inside = x > 0 && y > 0 && x < this.size.width && y < this.size.height;
    return { x: box.left + x, y: box.top + y, free: inside && this.nearest(x, y) === n };
  }

  dispose() {
    this.resizer.disconnect();
    cancelAnimationFrame(this.queued);
    delete this.root.map;
  }
}

function unpack(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

function node(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

// Even-odd rule.
function within([x, y], polygon) {
  let inside = false;
  for (let k = 0, last = polygon.length - 1; k < polygon.length; last = k++) {
    const [ax, ay] = polygon[k], [bx, by] = polygon[last];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
