// Brings a model's weights to the page; it shows nothing.

import { slotOf } from "./slot.js";

export default function ({ data }) {
  slotOf(data.hash).bring(data);
}
