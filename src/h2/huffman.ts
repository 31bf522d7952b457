// Bits of each symbol's code, 0 to 255 and EOS (RFC 7541 Appendix B). The code is canonical: codes of one
// length follow each other in the order of their symbols, so the lengths say all.
const lengths = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

const endOfString = 256;

const codes = new Uint32Array(257);

function assignCodes(): void {
  let code = 0;
  let previous = 0;
  const symbols = [...lengths.keys()].sort(
    (a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b,
  );
  for (const symbol of symbols) {
    const length = lengths[symbol] ?? 0;
    code = code * 2 ** (length - previous);
    previous = length;
    codes[symbol] = code;
    code++;
  }
}

assignCodes();

// The decoder walks the code tree four bits at a time: a row a node, a column a nibble. No code is shorter
// than five bits, so a step gives at most one symbol.
const noSymbol = 0xffff;
const nodeLimit = 256;
const nextNode = new Uint16Array(nodeLimit * 16);
const givenSymbol = new Uint16Array(nodeLimit * 16).fill(noSymbol);
/** Nodes at which a string may end: fewer than eight bits into a code, all of them ones (RFC 7541 §5.2). */
const mayEnd = new Uint8Array(nodeLimit);
const brokenNode = 0xffff;

interface TreeNode {
  readonly children: [number, number];
}

function buildTables(): void {
  // Negative children are leaves: -1 - symbol. 0 is none, for the root is nobody's child.
  const nodes: TreeNode[] = [{ children: [0, 0] }];
  for (let symbol = 0; symbol <= endOfString; symbol++) addCode(nodes, symbol);
  for (const [index, node] of nodes.entries()) {
    for (let nibble = 0; nibble < 16; nibble++) fillCell(nodes, index, node, nibble);
  }
  let at = 0;
  mayEnd[0] = 1;
  for (let ones = 1; ones < 8; ones++) {
    at = nodes[at]?.children[1] ?? 0;
    mayEnd[at] = 1;
  }
}

function addCode(nodes: TreeNode[], symbol: number): void {
  const length = lengths[symbol] ?? 0;
  const code = codes[symbol] ?? 0;
  let at = 0;
  for (let bit = length - 1; bit >= 0; bit--) {
    const side = (code >>> bit) & 1 ? 1 : 0;
    const node = nodes[at];
    if (node === undefined) return;
    if (bit === 0) {
      node.children[side] = -1 - symbol;
      return;
    }
    if (node.children[side] === 0) {
      nodes.push({ children: [0, 0] });
      node.children[side] = nodes.length - 1;
    }
    at = node.children[side];
  }
}

function fillCell(nodes: readonly TreeNode[], index: number, from: TreeNode, nibble: number): void {
  const cell = index * 16 + nibble;
  let node = from;
  let at = index;
  for (let bit = 3; bit >= 0; bit--) {
    const child = node.children[(nibble >>> bit) & 1 ? 1 : 0];
    if (child === -1 - endOfString) {
      nextNode[cell] = brokenNode;
      return;
    }
    if (child < 0) givenSymbol[cell] = -1 - child;
    at = Math.max(child, 0);
    node = nodes[at] ?? from;
  }
  nextNode[cell] = at;
}

buildTables();

let decoded = Buffer.allocUnsafe(256);

/**
 * Decodes a Huffman-coded string literal (RFC 7541 §5.2) as Latin-1 text. Undefined when it holds EOS, or its
 * padding is longer than seven bits or not all ones.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | undefined {
  const most = Math.ceil(((end - start) * 8) / 5);
  if (decoded.length < most) decoded = Buffer.allocUnsafe(most * 2);
  let node = 0;
  let written = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    for (let shift = 4; shift >= 0; shift -= 4) {
      const cell = node * 16 + ((byte >>> shift) & 0xf);
      node = nextNode[cell] ?? brokenNode;
      if (node === brokenNode) return undefined;
      const symbol = givenSymbol[cell] ?? noSymbol;
      if (symbol !== noSymbol) decoded[written++] = symbol;
    }
  }
  return mayEnd[node] === 1 ? decoded.toString("latin1", 0, written) : undefined;
}

/** Bytes that `text` takes when Huffman-coded. */
export function huffmanSize(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += lengths[text.charCodeAt(i) & 0xff] ?? 0;
  return Math.ceil(bits / 8);
}

/** Writes `text`, of Latin-1 characters, Huffman-coded at `at`; gives the offset behind it. */
export function encodeHuffman(text: string, out: Uint8Array, at: number): number {
  let position = at;
  let held = 0;
  let heldBits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff;
    const length = lengths[symbol] ?? 0;
    // At most 7 bits are held and a code has at most 30, so a number holds both exactly.
    held = held * 2 ** length + (codes[symbol] ?? 0);
    heldBits += length;
    while (heldBits >= 8) {
      heldBits -= 8;
      const unit = 2 ** heldBits;
      out[position++] = Math.floor(held / unit);
      held %= unit;
    }
  }
  if (heldBits > 0) out[position++] = (held << (8 - heldBits)) | (0xff >>> heldBits);
  return position;
}
