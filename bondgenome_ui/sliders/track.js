// Eight values, where they started, which are locked, and the way back: no document, no drawing.

const LONGEST_HISTORY = 200;

export class Track {
  constructor(encoded, values) {
    this.encoded = encoded.map(Math.fround);
    this.values = values.map(Math.fround);
    this.kept = [...this.values];
    this.past = [];
    this.future = [];
    this.locked = new Set();
  }

  // While a slider moves: nothing is kept yet.
  move(gene, value) {
    if (this.locked.has(gene) || !Number.isFinite(value)) return false;
    this.values[gene] = Math.fround(value);
    return true;
  }

  // Another genome at once; locked genes stay where they are.
  moveTo(values) {
    this.values = values.map((value, gene) => (this.locked.has(gene) ? this.values[gene] : Math.fround(value)));
  }

  // At release: a step that can be undone.  False where nothing changed.
  keep() {
    if (same(this.values, this.kept)) return false;
    this.past.push(this.kept);
    if (this.past.length > LONGEST_HISTORY) this.past.shift();
    this.kept = [...this.values];
    this.future = [];
    return true;
  }

  undo() {
    return this.step(this.past, this.future);
  }

  redo() {
    return this.step(this.future, this.past);
  }

  step(from, to) {
    if (!from.length) return false;
    to.push(this.kept);
    this.kept = from.pop();
    this.values = [...this.kept];
    return true;
  }

  toggleLock(gene) {
    if (!this.locked.delete(gene)) this.locked.add(gene);
  }
}

export function same(a, b) {
  return a.length === b.length && a.every((value, k) => Math.fround(value) === Math.fround(b[k]));
}

export function between(a, b, share) {
  return a.map((value, k) => value + share * (b[k] - value));
}
