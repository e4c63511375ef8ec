// Marching squares: contour lines of a square image as paths on a canvas.

// Segments of one level; ends are [column, row] in pixel indices, 0 at the centre of the first pixel.
export function segments(image, n, level) {
  const found = [];
  for (let row = 0; row < n - 1; row++) {
    for (let column = 0; column < n - 1; column++) {
      const at = row * n + column;
      const a = image[at] - level, b = image[at + 1] - level, c = image[at + n + 1] - level, d = image[at + n] - level;
      const state = (a > 0) | ((b > 0) << 1) | ((c > 0) << 2) | ((d > 0) << 3);
      if (state === 0 || state === 15) continue;
      const crossings = [];
      if ((a > 0) !== (b > 0)) crossings.push([column + a / (a - b), row]);
      if ((b > 0) !== (c > 0)) crossings.push([column + 1, row + b / (b - c)]);
      if ((c > 0) !== (d > 0)) crossings.push([column + d / (d - c), row + 1]);
      if ((d > 0) !== (a > 0)) crossings.push([column, row + a / (a - d)]);
      if (crossings.length === 4 && (a + b + c + d > 0) === (a > 0)) crossings.push(crossings.shift());   // a saddle
      for (let k = 0; k < crossings.length; k += 2) found.push([crossings[k], crossings[k + 1]]);
    }
  }
  return found;
}

// place: (column, row) -> [x, y] on the canvas.
export function contourPath(image, n, level, place) {
  const path = new Path2D();
  for (const [[c1, r1], [c2, r2]] of segments(image, n, level)) {
    path.moveTo(...place(c1, r1));
    path.lineTo(...place(c2, r2));
  }
  return path;
}
