// How far a genome lies from the bonds a model was trained on: the same measures as bondgenome_core.genome.domain.

const NEIGHBOURS = 5, AROUND = 64;
const INSIDE = 95, EDGE = 99;   // percentiles among training bonds

// image: the genome decoded, where it is at hand already; a copy, since the decoder runs again.
export function badgeOf(model, genome, image = Float32Array.from(model.decode(genome))) {
  const { domain } = model, at = domain.inElf(Float32Array.from(genome));
  const distance = mean(nearest(at, domain.training, NEIGHBOURS).map(([square]) => Math.sqrt(square)));
  const around = mean(nearest(at, domain.references, AROUND).map(([, k]) => domain.errors[k]));
  const error = (rootMeanSquare(model.decode(Array.from(model.encode(image))), image) + around) / 2;
  const percentile = percentileOf(Math.sqrt(distance * error), domain.joint_percentiles);
  return {
    distance, distancePercentile: percentileOf(distance, domain.distance_percentiles),
    error, reencodingPercentile: percentileOf(error, domain.reencoding_percentiles), percentile,
    stated: statedError(percentile, model.stated_errors), verdict: verdictOf(percentile),
  };
}

// The error that bonds of species never seen had at this percentile, between the points of a curve; null where none is known.
export function statedError(percentile, curve) {
  if (!curve?.length) return null;
  const high = curve.findIndex(([at]) => at >= percentile);
  if (high <= 0) return curve.at(high)[1];   // before the first point, or (-1) beyond the last
  const [[a, low], [b, up]] = [curve[high - 1], curve[high]];
  return low + (up - low) * (percentile - a) / (b - a);
}

export function verdictOf(percentile) {
  if (percentile <= INSIDE) return "inside";
  return percentile <= EDGE ? "edge" : "outside";
}

// [squared distance, number] of the nearest known genomes, nearest first.
export function nearest(genome, known, most) {
  const n = genome.length, found = Array.from({ length: Math.min(most, known.length / n) }, () => [Infinity, -1]);
  for (let at = 0; at < known.length; at += n) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (known[at + k] - genome[k]) ** 2;
    if (sum >= found[found.length - 1][0]) continue;
    let place = found.length - 1;
    for (; place > 0 && found[place - 1][0] > sum; place--) found[place] = found[place - 1];
    found[place] = [sum, at / n];
  }
  return found;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Root mean square difference, over counting pixels where they are given.
export function rootMeanSquare(a, b, counts) {
  let sum = 0, n = 0;
  for (let k = 0; k < a.length; k++) {
    if (!counts || counts[k]) { sum += (a[k] - b[k]) ** 2; n++; }
  }
  return Math.sqrt(sum / n);
}

// Where a value stands among the 0th to 100th percentile; 100 at and beyond the largest.
export function percentileOf(value, reference) {
  const last = reference.length - 1;
  if (!(value < reference[last])) return last;
  if (value <= reference[0]) return 0;
  let high = reference.findIndex((r) => r > value);
  const low = high - 1;
  return low + (value - reference[low]) / (reference[high] - reference[low]);
}
