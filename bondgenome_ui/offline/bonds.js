// The bonds of a model's map: which are nearest to a genome, and the card of one; network.js and panel.js stand before.

const NEAREST = 5;

export default class Bonds {
  // found: labels, origins, genomes and properties as Python packed them; null where the model has no map.
  constructor(found, model) {
    Object.assign(this, { ...found, model, here: Boolean(found) });
    if (!found) return;
    const floats = (text) => new Float32Array(bytesOf(text).buffer), whole = (text) => new Int32Array(bytesOf(text).buffer);
    Object.assign(this, {
      origin: whole(found.origin), owner: whole(found.owner), genomes: floats(found.genomes), displayed: floats(found.displayed),
      properties: found.properties.map(({ name, values }) => ({ name, values: floats(values) })),
    });
  }

  genome(n) {
    return Array.from(this.displayed.subarray(8 * n, 8 * n + 8));
  }

  // The distance to a bond is the smallest over its admissible frames.
  nearest(genome, except = null) {
    const least = new Float64Array(this.labels.length).fill(Infinity);
    for (let f = 0; f < this.owner.length; f++) {
      let sum = 0;
      for (let g = 0; g < 8; g++) sum += (this.genomes[8 * f + g] - genome[g]) ** 2;
      least[this.owner[f]] = Math.min(least[this.owner[f]], sum);
    }
    const order = [...least.keys()].filter((n) => n !== except).sort((a, b) => least[a] - least[b]).slice(0, NEAREST);
    return order.map((number) => ({
      number, label: this.labels[number], note: this.origins[this.origin[number]], distance: Math.sqrt(least[number]),
      values: this.genome(number), at_hand: false,
    }));
  }

  // The card of bond n; colours: those of the map's data.
  card(n, { shades, limit, geneColours, table }, go) {
    const genome = this.genome(n), card = make("div", "bond");
    card.dataset.bond = n;
    const head = make("header", "");
    head.append(make("b", "", this.labels[n]), ` · ${this.origins[this.origin[n]]} · bond ${n}`, barcodeOf(genome, shades, limit, geneColours));
    const picture = document.createElement("canvas");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", "ELF decoded from the genome of this bond");
    const image = this.model.decode(genome);
    drawThumbnail(picture, image, Math.sqrt(image.length), table);
    const left = make("div", "");
    left.append(picture, make("small", "", "decoded from its genome"));
    const facts = document.createElement("table");
    for (const { name, values } of this.properties) {
      if (!Number.isFinite(values[n])) continue;
      const row = facts.insertRow();
      row.insertCell().textContent = name;
      row.insertCell().textContent = values[n].toPrecision(4);
    }
    const near = document.createElement("ol");
    for (const bond of this.nearest(genome, n)) {
      const button = make("button", "");
      button.append(make("span", "", `${bond.label}, ${bond.note}`), make("span", "", bond.distance.toFixed(2)));
      button.onclick = () => go(bond.number);
      near.appendChild(document.createElement("li")).append(button);
    }
    const right = make("div", "");
    right.append(make("b", "", "Nearest bonds"), near);
    card.append(head, left, facts, right);
    return card;
  }
}

export async function modelOf(hash) {
  const slot = slotOf(hash);
  return (slot.opened ??= openModel(await slot.payload));
}

export function textOf(values) {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function barcodeOf(genome, shades, limit, colours) {
  const bars = make("div", "barcode");
  bars.setAttribute("role", "img");
  bars.setAttribute("aria-label", `Genome: ${genome.map((v) => v.toFixed(2)).join(", ")}`);
  genome.forEach((value, g) => {
    const bar = make("i", ""), place = Math.round((0.5 + (0.5 * value) / limit) * (shades.length - 1));
    bar.title = `g${g + 1} ${value.toFixed(2)}`;
    bar.style.background = shades[Math.min(Math.max(place, 0), shades.length - 1)];
    bar.style.borderBottomColor = colours[g];
    bars.append(bar);
  });
  return bars;
}

export function bytesOf(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

function make(tag, className, textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}
