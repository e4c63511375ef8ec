// Where a model's payload waits for those who need it: one component brings it once, others ask by its hash.

const slots = (window.bondgenomeModels ??= new Map());

export function slotOf(hash) {
  if (!slots.has(hash)) {
    const slot = {};
    slot.payload = new Promise((resolve) => (slot.bring = resolve));
    slots.set(hash, slot);
  }
  return slots.get(hash);
}
