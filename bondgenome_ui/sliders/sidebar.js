// Beside the images: the domain badge, errors, what changed, the bond-line profile, a small map, the nearest real bonds.

import { element, iconButton } from "./gene.js";
import { drawThumbnail } from "./panel.js";

const VERDICTS = {
  inside: ["Inside the domain", "Like the bonds this model was trained on."],
  edge: ["At the edge of the domain", "Few training bonds look like this; read it with care."],
  outside: ["Outside the domain", "No training bond looks like this; the image is an extrapolation."],
};

export function showBadge(root, badge) {
  const [title, meaning] = VERDICTS[badge.verdict];
  if (root.dataset.verdict !== badge.verdict) {
    root.dataset.verdict = badge.verdict;
    root.querySelector(".verdict").textContent = title;
    root.querySelector(".meaning").textContent = meaning;
  }
  root.querySelector(".stated").textContent = badge.stated === null ? "" : ` · species never seen: RMSE ${badge.stated.toFixed(3)} here`;
  for (const [name, percentile, value] of [
    ["distance", badge.distancePercentile, badge.distance], ["reencoding", badge.reencodingPercentile, badge.error],
  ]) {
    const row = root.querySelector(`.${name}`);
    row.querySelector("i").style.width = `${percentile}%`;
    row.querySelector("output").textContent = percentile > 99 ? "> 99 %" : `${percentile.toFixed(0)} %`;
    row.title = `${value.toFixed(3)} in ELF; ${percentile.toFixed(1)} % of the training bonds lie below`;
  }
}

// ELF along the bond: mean of the two middle rows, as in Python.
export function profileOf(image, n) {
  const low = n * ((n - 1) >> 1), high = n * (n >> 1);
  return Float32Array.from({ length: n }, (_, k) => (image[low + k] + image[high + k]) / 2);
}

// The largest ELF on the bond line.
export function lineMaximum(profile, cut) {
  const middle = (cut.n >> 1) * cut.n;
  let best = null;
  profile.forEach((value, k) => {
    const z = (k - (cut.n - 1) / 2) * cut.step;
    if (!cut.mask[middle + k] && Math.abs(z) < cut.length / 2 && (!best || value > best.value)) best = { value, z };
  });
  return best;
}

export function drawProfile(canvas, cut, before, now, { text, accent, font }) {
  const [c, width, height] = ready(canvas);
  const x = (k) => 26 + (width - 30) * (k + 0.5) / cut.n, y = (v) => 4 + (height - 20) * (1 - v);
  c.fillStyle = c.strokeStyle = text;
  c.globalAlpha = 0.12;
  const middle = (cut.n >> 1) * cut.n;
  for (let k = 0; k < cut.n; k++) if (cut.mask[middle + k]) c.fillRect(x(k - 0.5), y(1), x(1) - x(0), y(0) - y(1));
  c.globalAlpha = 0.3;
  for (const v of [0, 0.5, 1]) c.fillRect(x(-0.5), y(v), x(cut.n - 0.5) - x(-0.5), 1);
  c.globalAlpha = 0.85;
  c.font = `10px ${font}`;
  c.textAlign = "right";
  for (const v of [0, 0.5, 1]) c.fillText(v, 22, y(v) + 4);
  c.textAlign = "center";
  for (const z of [-2, 0, 2]) c.fillText(`${z} Å`, x(z / cut.step + (cut.n - 1) / 2), height - 2);
  stroke(c, before, x, y, text, 1.2, 0.75);
  stroke(c, now, x, y, accent, 2, 1);
}

function stroke(c, values, x, y, colour, width, alpha) {
  c.globalAlpha = alpha;
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.beginPath();
  values.forEach((v, k) => c.lineTo(x(k), y(v)));
  c.stroke();
  c.globalAlpha = 1;
}

// Training images as points on genes 1 and 2, the bond, where the sliders are, and the way to B.
export class SmallMap {
  constructor(canvas, model) {
    Object.assign(this, { canvas, model, points: document.createElement("canvas") });
  }

  prepare({ text }) {
    const [, width, height] = ready(this.canvas);
    const [a, b] = this.model.genes;
    this.x = (v) => 4 + (width - 8) * (v - a.min) / (a.max - a.min);
    this.y = (v) => height - 4 - (height - 8) * (v - b.min) / (b.max - b.min);
    Object.assign(this.points, { width: this.canvas.width, height: this.canvas.height });
    const c = this.points.getContext("2d");
    c.scale(this.canvas.width / width, this.canvas.height / height);
    c.fillStyle = text;
    c.globalAlpha = 0.22;
    const { training } = this.model, n = this.model.genes.length;
    for (let at = 0; at < training.length; at += n) c.fillRect(this.x(training[at]) - 0.8, this.y(training[at + 1]) - 0.8, 1.6, 1.6);
  }

  draw(encoded, values, target, { text, accent, second }) {
    const [c] = ready(this.canvas);
    c.save();
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.drawImage(this.points, 0, 0);
    c.restore();
    const at = (g) => [this.x(g[0]), this.y(g[1])];
    if (target) {
      c.strokeStyle = c.fillStyle = second;
      c.lineWidth = 1.5;
      c.beginPath();
      c.moveTo(...at(encoded));
      c.lineTo(...at(target));
      c.stroke();
      dot(c, at(target), 4);
    }
    c.strokeStyle = text;
    c.lineWidth = 1.5;
    c.beginPath();
    c.arc(...at(encoded), 5, 0, 2 * Math.PI);
    c.stroke();
    c.fillStyle = accent;
    dot(c, at(values), 4);
  }
}

function dot(c, [x, y], radius) {
  c.beginPath();
  c.arc(x, y, radius, 0, 2 * Math.PI);
  c.fill();
}

function ready(canvas) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2), { clientWidth: width, clientHeight: height } = canvas;
  const size = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const c = canvas.getContext("2d");
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.clearRect(0, 0, width, height);
  return [c, width, height];
}

// The nearest real bonds, from Python: a click moves the sliders there, the arrow opens the bond itself.
export function listNeighbours(list, neighbours, { decode, n, table, go, open }) {
  list.replaceChildren(...neighbours.map((bond) => {
    const button = element("button", { type: "button", className: "neighbour", title: "Move the sliders to this bond" });
    const picture = element("canvas", { className: "thumbnail" });
    picture.setAttribute("aria-hidden", "true");
    drawThumbnail(picture, decode(bond.values), n, table);
    const words = element("span");
    words.append(element("b", { textContent: bond.label }), element("small", { textContent: bond.note, title: bond.note }));
    button.append(picture, words, element("output", { textContent: bond.distance.toFixed(2), title: "Distance between the genomes" }));
    button.onclick = () => go(bond.values);
    const item = element("li");
    item.append(button);
    if (bond.at_hand) {
      const way = iconButton("open", `Open ${bond.label} of ${bond.note} with its molecule`);
      way.onclick = () => open(bond.number);
      item.append(way);
    }
    return item;
  }));
  if (!neighbours.length) list.append(element("li", { textContent: "This model has no map of its bonds yet." }));
}
