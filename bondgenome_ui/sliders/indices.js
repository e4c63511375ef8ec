// What eight values say of a bond: the ensemble of bondgenome_core.genome.index_model, and its list beside the images.

import { element } from "./gene.js";

// {values, spread: by index, classes: probabilities}; mean and standard deviation over the ensemble.
export function readIndices({ members, mean, sd, names, classes }, genome) {
  const found = members.map((run) => Float32Array.from(run(genome)));
  const average = (of) => found.reduce((sum, out) => sum + of(out), 0) / found.length;
  const values = names.map((_, k) => average((out) => out[k]));
  const spread = values.map((value, k) => Math.sqrt(average((out) => (out[k] - value) ** 2)));
  const shares = found.map((out) => softmax(out.subarray(names.length)));
  return {
    values: values.map((value, k) => value * sd[k] + mean[k]),
    spread: spread.map((value, k) => value * sd[k]),
    classes: classes.map((_, k) => shares.reduce((sum, share) => sum + share[k], 0) / found.length),
  };
}

function softmax(logits) {
  const most = Math.max(...logits), powers = Array.from(logits, (v) => Math.exp(v - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((v) => v / sum);
}

// One row per index: what it is where the sliders are, its spread, and what it was for the encoded bond.
export class IndexList {
  constructor(root, model) {
    Object.assign(this, { root, model: model.indices });
    root.hidden = !model.indices;
    if (root.hidden) return;
    const list = root.querySelector("dl");
    this.rows = this.model.labels.map(({ label, unit, r2, description }) => {
      const name = element("dt", { textContent: label, title: description }), value = element("dd");
      const trust = r2 === null ? "" : `R² ${r2.toFixed(2)} on trajectories never trained on, the smaller of the kinds of bonds`;
      value.title = [unit && `in ${unit}`, trust].filter(Boolean).join("; ");
      name.classList.toggle("weak", r2 !== null && r2 < 0.5);
      return { name, value, unit };
    });
    this.place = element("dd");
    list.replaceChildren(...this.rows.flatMap((row) => [row.name, row.value]), element("dt", { textContent: "Place in the cluster" }), this.place);
  }

  show(encoded, genome, moved) {
    if (this.root.hidden) return;
    const was = readIndices(this.model, encoded), now = moved ? readIndices(this.model, genome) : was;
    this.rows.forEach(({ value, unit }, k) => {
      const spread = now.spread[k].toFixed(digitsOf(now.spread[k]));
      const before = moved ? `${was.values[k].toFixed(digitsOf(now.spread[k]))} → ` : "";
      value.innerHTML = `<small>${before}</small>${now.values[k].toFixed(digitsOf(now.spread[k]))} <small>± ${spread}${unit ? ` ${unit}` : ""}</small>`;
    });
    const best = now.classes.indexOf(Math.max(...now.classes));
    this.place.textContent = `${this.model.classes[best]} (${(100 * now.classes[best]).toFixed(0)} %)`;
    this.root.dataset.values = JSON.stringify(now.values);
  }
}

// So many that a spread shows one or two digits of its own.
const digitsOf = (spread) => Math.min(4, Math.max(1, Math.ceil(-Math.log10(Math.max(spread, 1e-9))) + 0));
