// One image with its axes, contours, atoms, bond axis and hatched cores on a canvas.

import { contourPath } from "./contours.js";

const MARGIN = { left: 38, right: 6, top: 4, bottom: 30 };   // CSS pixels around the image
const TICKS = [-3, -2, -1, 0, 1, 2, 3];                      // Angstrom
const LEVELS = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9];

// Bytes (3 per entry) -> a colour for every share from 0 to 1.
export function paint(image, n, table, low, high) {
  const bytes = new Uint8ClampedArray(4 * n * n);
  const scale = 255 / (high - low);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const entry = 3 * Math.min(255, Math.max(0, Math.round((image[row * n + column] - low) * scale)));
      const at = 4 * ((n - 1 - row) * n + column);   // x points up
      bytes[at] = table[entry]; bytes[at + 1] = table[entry + 1]; bytes[at + 2] = table[entry + 2]; bytes[at + 3] = 255;
    }
  }
  return new ImageData(bytes, n, n);
}

export function drawThumbnail(canvas, image, n, table) {
  canvas.width = canvas.height = n;
  canvas.getContext("2d").putImageData(paint(image, n, table, 0, 1), 0, 0);
}

export class Panel {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.small = document.createElement("canvas");
    this.over = document.createElement("canvas");
  }

  // Prepare what does not change while sliders move.  cut: {n, step, atoms}, style: {text, font}.
  prepare(cut, style) {
    const width = this.canvas.parentElement.clientWidth;
    if (!width) return false;
    this.cut = cut;
    this.side = width - MARGIN.left - MARGIN.right;
    this.ratio = Math.min(window.devicePixelRatio || 1, 2);
    const height = this.side + MARGIN.top + MARGIN.bottom;
    for (const canvas of [this.canvas, this.over]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.small.width = this.small.height = cut.n;
    const c = this.over.getContext("2d");
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    this.drawAxes(c, style);
    this.drawAtoms(c, style);
    return true;
  }

  // Angstrom -> CSS pixels.
  place(z, x) {
    const half = 0.5 * this.cut.n * this.cut.step, scale = this.side / (2 * half);
    return [MARGIN.left + (z + half) * scale, MARGIN.top + (half - x) * scale];
  }

  // Pixel index under a pointer, or null outside the image.
  pixelAt(event) {
    if (!this.cut) return null;
    const box = this.canvas.getBoundingClientRect(), n = this.cut.n;
    const column = Math.floor((event.clientX - box.left - MARGIN.left) / this.side * n);
    const row = n - 1 - Math.floor((event.clientY - box.top - MARGIN.top) / this.side * n);
    return column >= 0 && column < n && row >= 0 && row < n ? { column, row, at: row * n + column } : null;
  }

  draw(image, table, [low, high], ink) {
    if (!this.cut) return;
    const { context: c, cut: { n }, side } = this;
    this.small.getContext("2d").putImageData(paint(image, n, table, low, high), 0, 0);
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.canvas.width, this.canvas.height);
    c.imageSmoothingQuality = "high";
    c.drawImage(this.small, MARGIN.left, MARGIN.top, side, side);
    if (ink) this.drawContours(c, image, ink);
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.drawImage(this.over, 0, 0);
  }

  drawContours(c, image, ink) {
    const { n } = this.cut, unit = this.side / n;
    const at = (column, row) => [MARGIN.left + (column + 0.5) * unit, MARGIN.top + (n - row - 0.5) * unit];
    c.strokeStyle = ink;
    c.globalAlpha = 0.55;
    c.lineWidth = 0.6;
    for (const level of LEVELS) c.stroke(contourPath(image, n, level, at));
    c.globalAlpha = 1;
    c.lineWidth = 2;
    c.stroke(contourPath(image, n, 0.5, at));
  }

  drawAxes(c, { text, font }) {
    const [left, top] = [MARGIN.left, MARGIN.top], end = top + this.side;
    c.strokeStyle = c.fillStyle = text;
    c.lineWidth = 1;
    c.globalAlpha = 0.45;
    c.strokeRect(left - 0.5, top - 0.5, this.side + 1, this.side + 1);
    c.font = `11px ${font}`;
    for (const tick of TICKS) {
      const [x, y] = this.place(tick, tick);
      c.globalAlpha = 0.45;
      c.fillRect(x - 0.5, end, 1, 4);
      c.fillRect(left - 5, y - 0.5, 4, 1);
      c.globalAlpha = 0.85;
      c.textAlign = "center";
      c.fillText(tick, x, end + 14);
      c.textAlign = "right";
      c.fillText(tick, left - 7, y + 4);
    }
    c.textAlign = "center";
    c.fillText("z along the bond (Å)", left + this.side / 2, end + 27);
    c.save();
    c.translate(10, top + this.side / 2);
    c.rotate(-Math.PI / 2);
    c.fillText("x across the bond (Å)", 0, 0);
    c.restore();
    c.globalAlpha = 1;
  }

  drawAtoms(c, { font }) {
    const scale = this.side / (this.cut.n * this.cut.step);
    c.save();
    c.beginPath();
    c.rect(MARGIN.left, MARGIN.top, this.side, this.side);
    c.clip();
    for (const atom of this.cut.atoms) if (atom.core) this.drawCore(c, this.place(atom.z, atom.x), atom.core * scale);
    const [, axis] = this.place(0, 0);
    c.setLineDash([5, 4]);
    c.strokeStyle = "rgba(128,128,128,0.95)";
    c.lineWidth = 1;
    line(c, MARGIN.left, axis, MARGIN.left + this.side, axis);
    c.setLineDash([]);
    for (const atom of this.cut.atoms) this.drawAtom(c, atom, font);
    c.restore();
  }

  drawCore(c, [x, y], radius) {
    c.save();
    c.beginPath();
    c.arc(x, y, radius, 0, 2 * Math.PI);
    c.fillStyle = "#5f6367";
    c.fill();
    c.clip();
    c.strokeStyle = "rgba(255,255,255,0.55)";
    c.lineWidth = 1;
    for (let d = -2 * radius; d <= 2 * radius; d += 5) line(c, x + d - radius, y + radius, x + d + radius, y - radius);
    c.restore();
  }

  drawAtom(c, atom, font) {
    const [x, y] = this.place(atom.z, atom.x);
    c.globalAlpha = Math.abs(atom.height) < 0.5 ? 1 : 0.5;
    c.beginPath();
    c.arc(x, y, 4.5, 0, 2 * Math.PI);
    c.fillStyle = atom.colour;
    c.fill();
    c.strokeStyle = "#222222";
    c.stroke();
    c.globalAlpha = 1;
    if (!atom.label) return;
    c.font = `600 11px ${font}`;
    c.textAlign = "center";
    c.lineWidth = 3;
    c.strokeStyle = "rgba(0,0,0,0.75)";
    const up = y - 8 < MARGIN.top + 10 ? y + 17 : y - 8;
    c.strokeText(atom.label, x, up);
    c.fillStyle = "#ffffff";
    c.fillText(atom.label, x, up);
  }
}

function line(c, x1, y1, x2, y2) {
  c.beginPath();
  c.moveTo(x1, y1);
  c.lineTo(x2, y2);
  c.stroke();
}
