// A slice, or two and their difference, with the value under the pointer; contours.js, panel.js and sidebar.js stand before.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".slice");
  (root.slice ??= new SliceView(root, data)).draw();
}

class SliceView {
  constructor(root, data) {
    Object.assign(this, { root, data });
    this.tables = { elf: bytes(data.tables.elf), difference: bytes(data.tables.difference) };
    this.pictures = data.pictures.map((picture) => this.add(picture));
    for (const [name, used] of [["elf", true], ["delta", data.pictures.some((p) => p.signed)]]) {
      root.querySelector(`.${name}`).hidden = !used;
      drawScale(root.querySelector(`.${name} canvas`), this.tables[name === "elf" ? "elf" : "difference"]);
    }
    new ResizeObserver(() => this.draw()).observe(root);
  }

  add(picture) {
    const figure = element("figure"), caption = element("figcaption"), canvas = element("canvas"), frame = element("div");
    const cut = { ...picture, mask: bytes(picture.mask) }, image = new Float32Array(bytes(picture.image).buffer);
    const open = image.filter((value, k) => !cut.mask[k]);
    const range = `${Math.min(...open).toFixed(2)}–${Math.max(...open).toFixed(2)} outside cores`;
    caption.append(element("b", { textContent: picture.title }), " ", element("span", { textContent: range }));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", picture.description);
    frame.append(canvas);
    figure.append(caption, frame);
    this.root.querySelector(".figures").append(figure);
    const panel = new Panel(canvas);
    canvas.onmousemove = (event) => this.read(cut, image, panel.pixelAt(event));
    return { cut, image, panel };
  }

  draw() {
    const style = getComputedStyle(this.root), accent = style.getPropertyValue("--st-primary-color").trim();
    const look = { text: style.color, font: style.fontFamily, accent };
    for (const { cut, image, panel } of this.pictures) {
      if (!panel.prepare(cut, look)) return;
      if (cut.signed) panel.draw(image, this.tables.difference, [-0.5, 0.5], null);
      else panel.draw(image, this.tables.elf, [0, 1], this.data.ink);
    }
    const lines = this.pictures.filter(({ cut }) => !cut.signed), { cut } = lines[0];
    const profiles = lines.map(({ image }) => profileOf(image, cut.n));
    const canvas = this.root.querySelector(".profile");
    drawProfile(canvas, cut, profiles[0], profiles.at(-1), look);
    if (lines.length > 1) this.root.querySelector(".legend").textContent = "ELF on the bond line: the first slice thin, the second in colour; cores of the first are shaded";
    const top = lineMaximum(profiles[0], cut);
    canvas.setAttribute("aria-label", `ELF along the bond${top ? `; largest ${top.value.toFixed(2)} at ${top.z.toFixed(2)} Å` : ""}`);
    this.root.dataset.ready = "true";
  }

  read(cut, image, pixel) {
    if (!pixel) return;
    const place = (k) => ((k - (cut.n - 1) / 2) * cut.step).toFixed(2);
    const value = cut.mask[pixel.at] ? "core" : `${cut.signed ? "ΔELF" : "ELF"} ${image[pixel.at].toFixed(3)}`;
    this.root.querySelector(".readout").textContent = `z ${place(pixel.column)} Å, x ${place(pixel.row)} Å: ${value}`;
  }
}

function drawScale(canvas, table) {
  [canvas.width, canvas.height] = [256, 1];
  const pixels = new ImageData(256, 1);
  for (let k = 0; k < 256; k++) pixels.data.set([table[3 * k], table[3 * k + 1], table[3 * k + 2], 255], 4 * k);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

function bytes(text) {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}
