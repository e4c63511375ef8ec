// Points as arrays of three numbers, in Angstrom; xyz() makes what 3Dmol takes.

const spread = (values) => Math.max(...values) - Math.min(...values);
const xyz = ([x, y, z]) => ({ x, y, z });

function normalOf(corners, lib) {
  const [a, b, c] = corners.map((corner) => new lib.Vector3(...corner));
  return b.sub(a).cross(c.sub(a)).normalize();
}

function cellEdges(cell) {
  const corner = (...n) => [0, 1, 2].map((k) => n.reduce((sum, count, row) => sum + count * cell[row][k], 0));
  const edges = [];
  for (const axis of [0, 1, 2]) {
    for (const [p, q] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
      const start = [p, q];
      start.splice(axis, 0, 0);
      const end = [...start];
      end[axis] = 1;
      edges.push([corner(...start), corner(...end)]);
    }
  }
  return edges;
}

function volumeOf({ size, origin, steps: [a, b, c], low, high, values }, lib) {
  const bytes = Uint8Array.from(atob(values), (c) => c.charCodeAt(0));
  const volume = Object.create(lib.VolumeData.prototype);
  return Object.assign(volume, {
    size: xyz(size), origin: xyz([0, 0, 0]), unit: xyz([1, 1, 1]), inversematrix: null,
    matrix: new lib.Matrix4(
      a[0], b[0], c[0], origin[0], a[1], b[1], c[1], origin[1], a[2], b[2], c[2], origin[2], 0, 0, 0, 1),
    data: Float32Array.from(bytes, (b) => low + (high - low) * (b / 255)),
  });
}
