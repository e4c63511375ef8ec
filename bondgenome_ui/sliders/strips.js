// Rows of decoded pictures: one gene swept over the training bonds, or the way from the bond A to a bond B.

import { element } from "./gene.js";
import { drawThumbnail } from "./panel.js";
import { between } from "./track.js";

const FRAMES = 9;

export class Strip {
  // choose(values, share): a click on a picture, and its place along the strip.
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    this.run = 0;
  }

  // frames: [{values, label}], drawn one after the other so that the page stays responsive.
  show(frames, title, { decode, n, table }) {
    const run = ++this.run;
    this.root.querySelector(".title").textContent = title;
    const buttons = frames.map(({ values, label }, k) => {
      const button = element("button", { type: "button", className: "frame", title: "Move the sliders here" });
      button.setAttribute("aria-label", `${title}: ${label}`);
      button.append(element("canvas", { className: "thumbnail" }), element("span", { textContent: label }));
      button.onclick = () => this.choose(values, k / (frames.length - 1));
      return button;
    });
    this.root.querySelector(".frames").replaceChildren(...buttons);
    const draw = (k) => {
      if (k === frames.length || run !== this.run) return;
      drawThumbnail(buttons[k].firstChild, decode(frames[k].values), n, table);
      setTimeout(draw, 0, k + 1);
    };
    draw(0);
  }
}

export function sweepFrames(values, gene, { p1, p99 }) {
  return shares().map((share) => {
    const moved = [...values];
    moved[gene] = p1 + share * (p99 - p1);
    return { values: moved, label: moved[gene].toFixed(2) };
  });
}

export function pathFrames(a, b) {
  return shares().map((share) => ({ values: between(a, b, share), label: share === 0 ? "A" : share === 1 ? "B" : `${Math.round(100 * share)} %` }));
}

function shares() {
  return Array.from({ length: FRAMES }, (_, k) => k / (FRAMES - 1));
}
