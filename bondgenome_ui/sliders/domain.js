// How far a genome lies from the bonds a model was trained on: the same measures as bondgenome_core.genome.domain.

export const NEIGHBOURS = 5;
const INSIDE = 95, EDGE = 99;   // percentiles among training bonds

// image: the genome decoded, where it is at hand already.
export function badgeOf(model, genome, image = model.decode(genome)) {
  const again = model.encode(image);
  const distance = neighbourDistance(genome, model.training);
  const error = Math.hypot(...Array.from(genome, (g, k) => again[k] - g));
  const distancePercentile = percentileOf(distance, model.distance_percentiles);
  const reencodingPercentile = percentileOf(error, model.reencoding_percentiles);
  const percentile = percentileOf(Math.sqrt(distance * error), model.joint_percentiles);
  return {
    distance, distancePercentile, error, reencodingPercentile, percentile,
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

// Mean Euclidean distance to the nearest training genomes.
export function neighbourDistance(genome, training) {
  const n = genome.length, nearest = new Array(NEIGHBOURS).fill(Infinity);
  for (let at = 0; at < training.length; at += n) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (training[at + k] - genome[k]) ** 2;
    if (sum >= nearest[NEIGHBOURS - 1]) continue;
    let place = NEIGHBOURS - 1;
    for (; place > 0 && nearest[place - 1] > sum; place--) nearest[place] = nearest[place - 1];
    nearest[place] = sum;
  }
  const found = nearest.filter(Number.isFinite);
  return found.reduce((total, square) => total + Math.sqrt(square), 0) / found.length;
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
