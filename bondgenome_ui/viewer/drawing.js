// What the view draws: the scene (atoms, bonds, cell), the overlay (marks, planes) and an isosurface.

const PICK_RADIUS = 0.3;      // Angstrom, around a bond's axis

class Drawing {
  // ---- atoms and bonds

  drawScene() {
    const { viewer, lib } = this;
    const { atoms, elements, bonds, cell } = this.data.scene;
    viewer.removeAllModels();
    viewer.removeAllShapes();
    viewer.removeAllLabels();
    viewer.setBackgroundColor(this.theme.background);   // distant atoms fade into it
    this.overlay = [];
    this.surface = null;
    const scale = this.choices.spheres ? 2.6 : 1;
    const model = this.model = viewer.addModel();
    model.addAtoms(atoms.map(([elem, x, y, z], index) => ({
      elem, x, y, z, index, serial: index, bonds: [], bondOrder: [], hetflag: true, properties: {},
      style: { sphere: { radius: scale * elements[elem].radius, color: elements[elem].colour } },
    })));
    model.setClickable({}, true, (atom) => this.onPick({ atom: atom.index, at: Date.now() }));
    model.setHoverable({}, true,
      (atom) => this.tell(`${atom.elem}${atom.index}`), () => this.tell());
    this.drawBonds(bonds, lib);
    if (cell) this.drawLines(cellEdges(cell), 0.04, this.theme.text, 0.5);
    this.drawLabels(atoms);
    this.listKinds(bonds);
  }

  // One mesh per colour draws all bonds; picking needs only a cylinder without any mesh.
  drawBonds(bonds, lib) {
    const { atoms, elements } = this.data.scene;
    const meshes = new Map();
    const meshOf = (colour) => {
      if (!meshes.has(colour)) meshes.set(colour, this.viewer.addShape({ color: colour }));
      return meshes.get(colour);
    };
    this.targets = bonds.map((bond, index) => {
      if (this.choices.hidden.includes(bond.kind)) return null;
      if (!this.choices.spheres) {
        bond.halves.forEach(([start, end], side) => {
          const colour = elements[atoms[side ? bond.j : bond.i][0]].colour;
          meshOf(colour).addCylinder({ start: xyz(start), end: xyz(end), radius: bond.radius });
        });
      }
      return this.addTarget(bond, index, lib);
    });
  }

  addTarget(bond, index, lib) {
    const target = this.viewer.addShape({});
    target.clickable = target.hoverable = true;
    target.callback = () => this.onPick({ bond: index, i: bond.i, j: bond.j, at: Date.now() });
    target.hover_callback = () => this.tell(bond.label);
    target.unhover_callback = () => this.tell();
    for (const [start, end] of bond.halves) {
      target.intersectionShape.cylinder.push(
        new lib.Cylinder(new lib.Vector3(...start), new lib.Vector3(...end), PICK_RADIUS));
    }
    const corners = bond.halves.flat().map((p) => new lib.Vector3(...p));
    const centre = corners[0].clone().add(corners[3]).multiplyScalar(0.5);
    const reach = Math.max(...corners.map((p) => p.distanceTo(centre))) + PICK_RADIUS;
    target.boundingSphere = new lib.Sphere(centre, reach);   // rays that miss it are not tested further
    return target;
  }

  drawLines(lines, radius, color, opacity = 1) {
    const shape = this.viewer.addShape({ color, opacity });
    for (const [start, end] of lines) shape.addCylinder({ start: xyz(start), end: xyz(end), radius, fromCap: 2, toCap: 2 });
    return [shape];
  }

  drawLabels(atoms) {
    if (this.choices.labels === "none") return;
    for (const [index, [elem, x, y, z]] of atoms.entries()) {
      this.label(this.choices.labels === "symbols" ? elem : `${elem}${index}`, { x, y, z }, 11);
    }
  }

  label(text, position, fontSize, ground) {
    return this.viewer.addLabel(text, {
      position, fontSize, inFront: true, alignment: "center", showBackground: Boolean(ground),
      fontColor: ground ? this.theme.background : this.theme.text, backgroundColor: ground ?? this.theme.background,
      backgroundOpacity: 0.9,
    });
  }

  // ---- what is selected: redrawn alone, so that the scene stays as it is

  drawOverlay() {
    const { viewer, data } = this;
    for (const shape of this.overlay) shape.isLabel ? viewer.removeLabel(shape.label) : viewer.removeShape(shape);
    this.overlay = [];
    data.marks.forEach(({ bond, colour }) => this.markBond(data.scene.bonds[bond], colour ?? this.theme.accent));
    if (data.atom != null) this.markAtom(data.scene.atoms[data.atom]);
    (data.halos ?? []).forEach((halo) => this.drawHalo(halo));
    (data.links ?? []).forEach((link) => this.drawLink(link));
    data.planes.forEach(({ corners, colour }) => this.drawPlane(corners, colour ?? this.theme.accent));
  }

  markBond(bond, colour) {
    if (!bond) return;
    const { atoms } = this.data.scene;
    this.overlay.push(...this.drawLines(bond.halves, bond.radius + 0.1, colour));
    for (const atom of new Set([bond.i, bond.j])) {
      const [elem, x, y, z] = atoms[atom];
      if (this.choices.labels !== "numbers") {
        this.overlay.push({ isLabel: true, label: this.label(`${elem}${atom}`, { x, y, z }, 12, colour) });
      }
    }
  }

  // A tube between any two atoms, as thick as it is strong.
  drawLink({ i, j, share, colour, named }) {
    const { atoms } = this.data.scene, ends = [i, j].map((a) => atoms[a].slice(1));
    const [shape] = this.drawLines([ends], 0.04 + 0.2 * share, colour ?? this.theme.accent, 0.75);
    this.overlay.push(shape);
    for (const atom of named ? [i, j] : []) {
      const [elem, x, y, z] = atoms[atom];
      this.overlay.push({ isLabel: true, label: this.label(`${elem}${atom}`, { x, y, z }, 12, colour ?? this.theme.accent) });
    }
  }

  markAtom([elem, x, y, z]) {
    const radius = this.data.scene.elements[elem].radius * 1.25;
    this.overlay.push(this.viewer.addSphere({ center: { x, y, z }, radius, color: this.theme.accent, opacity: 0.45 }));
  }

  drawHalo({ atom, colour }) {
    const [elem, x, y, z] = this.data.scene.atoms[atom];
    const radius = this.data.scene.elements[elem].radius * 1.5;
    this.overlay.push(this.viewer.addSphere({ center: { x, y, z }, radius, color: colour ?? this.theme.accent, opacity: 0.6 }));
  }

  drawPlane(corners, colour) {
    const edges = corners.map((corner, k) => [corner, corners[(k + 1) % 4]]);
    this.overlay.push(...this.drawLines(edges, 0.05, colour));
    const vertexArr = corners.map(xyz);
    const normal = normalOf(corners, this.lib);
    for (const [faceArr, sign] of [[[0, 1, 2, 0, 2, 3], 1], [[0, 2, 1, 0, 3, 2], -1]]) {
      const normalArr = corners.map(() => ({ x: sign * normal.x, y: sign * normal.y, z: sign * normal.z }));
      this.overlay.push(this.viewer.addCustom({ vertexArr, normalArr, faceArr, color: colour, opacity: 0.13 }));
    }
  }

  // ---- isosurface: the grid comes once, its value is changed here

  receiveGrid() {
    const { grid } = this.data;
    const panel = this.root.querySelector(".isovalue");
    panel.hidden = !grid;
    if (!grid) return this.removeSurface();
    if (grid.id !== this.gridId) {
      this.gridId = grid.id;
      this.volume = volumeOf(grid, this.lib);
      const slider = panel.querySelector("input");
      Object.assign(slider, { min: grid.low, max: grid.high, step: (grid.high - grid.low) / 100 });
      slider.value = grid.isovalue;
      panel.querySelector(".name").textContent = grid.name;
      this.removeSurface();
    }
    if (!this.surface) this.drawSurface();
  }

  drawSurface() {
    const value = Number(this.root.querySelector(".isovalue input").value);
    this.root.querySelector(".isovalue output").textContent = value.toPrecision(3);
    this.removeSurface();
    this.surface = this.viewer.addIsosurface(this.volume, {
      isoval: value, color: this.theme.accent, opacity: 0.7, smoothness: 4,
    });
  }

  removeSurface() {
    if (this.surface) this.viewer.removeShape(this.surface);
    this.surface = null;
  }
}
