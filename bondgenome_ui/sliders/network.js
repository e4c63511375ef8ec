// The encoder and decoder of a genome model in plain JavaScript: the same layers as torch, on typed arrays.
//
// A compiled network keeps its buffers: its result is valid until it runs again.

const KERNEL = 9;   // weights of a 3x3 convolution

const HALF = "half:", BYTES = "bytes:", THEN = "|";   // before numbers of 16 and of 8 bits; before the scales of the latter

export function unpack(text) {
  if (text.startsWith(BYTES)) return scaled(...text.slice(BYTES.length).split(THEN).map(binary));
  const half = text.startsWith(HALF), bytes = binary(half ? text.slice(HALF.length) : text);
  // little-endian, as every browser's machine is
  return half ? Float32Array.from(new Uint16Array(bytes.buffer), widened) : new Float32Array(bytes.buffer);
}

const binary = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// Rows of integers of 8 bits, each times its scale.
function scaled(values, scales) {
  const whole = new Int8Array(values.buffer), scale = new Float32Array(scales.buffer), inward = whole.length / scale.length;
  return Float32Array.from(whole, (v, k) => v * scale[Math.floor(k / inward)]);
}

// A number in half precision (IEEE 754) from its bits; weights are finite.
function widened(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -24 * fraction;
}

// A model payload -> its two networks, its training genomes and its domain.
export function openModel(payload) {
  const training = unpack(payload.training.values), slopes = unpack(payload.domain.slopes);
  const inElf = (genomes) => genomes.map((g, at) => g * slopes[at % slopes.length]);
  return {
    ...payload,
    decode: compile(payload.decoder, { channels: payload.decoder[0].sizes[0], size: 1 }),
    encode: compile(payload.encoder, { channels: payload.encoder[0].sizes[0], size: Math.sqrt(pixels(payload.decoder)) }),
    training,
    // genomes in ELF: a unit of each gene is the change of the image that it makes
    domain: {
      ...payload.domain, inElf, training: inElf(training),
      references: inElf(unpack(payload.domain.references)), errors: unpack(payload.domain.errors),
    },
    indices: payload.indices && {
      ...payload.indices,
      members: payload.indices.members.map((layers) => compile(layers, { channels: payload.decoder[0].sizes[0], size: 1 })),
    },
  };
}

// layers: [{kind, sizes, weight, bias}], start: {channels, size} -> (Float32Array) => Float32Array
export function compile(layers, start) {
  let shape = start;
  const steps = layers.map((layer) => {
    const make = KINDS[layer.kind];
    if (!make) throw new Error(`This page cannot run a layer of kind ${layer.kind}; reload it.`);
    const [step, next] = make(layer, shape);
    shape = next;
    return step;
  });
  return (values) => steps.reduce((x, step) => step(x), values);
}

const KINDS = {
  linear({ sizes: [inward, outward], weight, bias }) {
    const w = unpack(weight), b = unpack(bias), out = new Float32Array(outward);
    const step = (x) => {
      for (let o = 0, at = 0; o < outward; o++) {
        let sum = b[o];
        for (let i = 0; i < inward; i++) sum += w[at++] * x[i];
        out[o] = sum;
      }
      return out;
    };
    return [step, { channels: outward, size: 1 }];
  },
  residual({ sizes: [width, inner], ...weights }) {
    const part = (name, sizes) => KINDS.linear({ sizes, weight: weights[`${name}.weight`], bias: weights[`${name}.bias`] })[0];
    const widen = part("inner", [width, inner]), narrow = part("outer", [inner, width]), bend = silu();
    const step = (x) => {
      const change = narrow(bend(widen(x)));
      for (let i = 0; i < width; i++) x[i] += change[i];
      return x;
    };
    return [step, { channels: width, size: 1 }];
  },
  conv: ({ sizes: [inward, outward, stride], weight, bias }, { size }) =>
    [convolution(unpack(weight), unpack(bias), inward, outward, stride, size), { channels: outward, size: size / stride }],
  silu: (layer, shape) => [silu(), shape],
  clamp: (layer, shape) => [inPlace((v) => Math.min(1, Math.max(0, v))), shape],
  sigmoid: (layer, shape) => [inPlace((v) => 1 / (1 + Math.exp(-v))), shape],
  flatten: (layer, { channels, size }) => [(x) => x, { channels: channels * size * size, size: 1 }],
  reshape: ({ sizes: [channels, size] }) => [(x) => x, { channels, size }],
  upsample(layer, { channels, size }) {
    const wide = 2 * size, out = new Float32Array(channels * wide * wide);
    const step = (x) => {
      for (let row = 0, at = 0; row < channels * wide; row++) {
        for (let from = (row >> 1) * size, column = 0; column < wide; column++) out[at++] = x[from + (column >> 1)];
      }
      return out;
    };
    return [step, { channels, size: wide }];
  },
  shuffle(layer, { channels, size }) {
    const wide = 2 * size, kept = channels / 4, out = new Float32Array(kept * wide * wide);
    const step = (x) => {
      for (let c = 0, at = 0; c < kept; c++) {
        for (let y = 0; y < wide; y++) {
          for (let column = 0; column < wide; column++) {
            const part = 4 * c + 2 * (y & 1) + (column & 1);
            out[at++] = x[(part * size + (y >> 1)) * size + (column >> 1)];
          }
        }
      }
      return out;
    };
    return [step, { channels: kept, size: wide }];
  },
};

const silu = () => inPlace((v) => v / (1 + Math.exp(-v)));

function inPlace(f) {
  return (x) => {
    for (let i = 0; i < x.length; i++) x[i] = f(x[i]);
    return x;
  };
}

// 3x3, zero padding 1: all nine taps of one input channel at once, so that sums are read and written a ninth as often.
function convolution(w, bias, inward, outward, stride, size) {
  const wide = size + 2, end = size / stride, plane = wide * wide;
  const padded = new Float32Array(inward * plane), out = new Float32Array(outward * end * end);
  return (x) => {
    for (let c = 0; c < inward; c++) {
      for (let y = 0; y < size; y++) {
        const from = (c * size + y) * size;
        padded.set(x.subarray(from, from + size), c * plane + (y + 1) * wide + 1);
      }
    }
    for (let o = 0; o < outward; o++) {
      const target = out.subarray(o * end * end, (o + 1) * end * end).fill(bias[o]);
      for (let c = 0; c < inward; c++) {
        addTaps(target, padded, c * plane, w, (o * inward + c) * KERNEL, wide, stride, end);
      }
    }
    return out;
  };
}

function addTaps(target, p, base, w, at, wide, stride, end) {
  const a = w[at], b = w[at + 1], c = w[at + 2], d = w[at + 3], e = w[at + 4], f = w[at + 5];
  const g = w[at + 6], h = w[at + 7], i = w[at + 8];
  for (let y = 0, to = 0; y < end; y++) {
    let r = base + y * stride * wide, s = r + wide, t = s + wide;
    for (let x = 0; x < end; x++, to++, r += stride, s += stride, t += stride) {
      target[to] += a * p[r] + b * p[r + 1] + c * p[r + 2] + d * p[s] + e * p[s + 1] + f * p[s + 2]
        + g * p[t] + h * p[t + 1] + i * p[t + 2];
    }
  }
}

// Number of pixels a decoder ends with.
function pixels(layers) {
  let channels = 1, size = 1;
  for (const { kind, sizes } of layers) {
    if (kind === "reshape") [channels, size] = sizes;
    if (kind === "conv") [channels, size] = [sizes[1], size / sizes[2]];
    if (kind === "upsample") size *= 2;
    if (kind === "shuffle") [channels, size] = [channels / 4, size * 2];
  }
  return channels * size * size;
}
