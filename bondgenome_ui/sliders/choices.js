// Real bonds to start from or to go to: bonds of the structure, exemplars, neighbours.

import { element } from "./gene.js";

export class Choices {
  constructor(presets, targets) {
    Object.assign(this, { presets, targets, known: new Map() });
  }

  // groups: [[heading, [{label, values}]]]; what was chosen stays chosen.
  fill(groups) {
    const chosen = this.targets.value;
    this.known = new Map();
    this.presets.replaceChildren(element("option", { value: "", textContent: "choose a real bond" }));
    this.targets.replaceChildren();
    for (const [label, items] of groups.filter(([, list]) => list.length)) {
      const lists = [this.presets, this.targets].map((select) => select.appendChild(element("optgroup", { label })));
      for (const item of items) {
        const value = `${label}: ${item.label}`;
        this.known.set(value, item.values);
        for (const list of lists) list.append(element("option", { value, textContent: item.label }));
      }
    }
    if (this.known.has(chosen)) this.targets.value = chosen;
  }

  // The preset just chosen; the list shows its prompt again.
  takePreset() {
    const values = this.known.get(this.presets.value);
    this.presets.value = "";
    return values;
  }

  target() {
    return this.known.get(this.targets.value);
  }
}
