import type { Report, RowResult } from "./report.ts";

const [width, left, right] = [760, 170, 100];
const [barHeight, gap, head] = [16, 26, 54];
const colours: Readonly<Record<string, string>> = {
  Diglot: "#0b7285",
  Envoy: "#ae3ec9",
  "grpc-gateway": "#868e96",
  vanguard: "#ced4da",
};

/** CPU per request as bars, one group a row, each group with its own scale: an SVG document. */
export function drawChart({ rows, machine }: Report): string {
  const parts: string[] = [];
  let top = head;
  for (const row of rows) {
    parts.push(...drawRow(row, top));
    top += row.cells.length * barHeight + gap;
  }
  const title = "CPU of the gateway per request, µs (less is better)";
  const below = `JSON in and out, gRPC upstream; ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, ${machine.date}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + 10}" viewBox="0 0 ${width} ${top + 10}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(16, 22, title, 'font-size="15" font-weight="600"'),
    text(16, 40, below, 'fill="#666"'),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function drawRow({ row, cells }: RowResult, top: number): string[] {
  const most = Math.max(...cells.map(({ cpu }) => cpu));
  const scale = (width - left - right) / most;
  const parts = [text(16, top + 12, row, 'font-weight="600"')];
  cells.forEach(({ gateway, cpu, ratio }, index) => {
    const y = top + index * barHeight;
    const length = Math.max(1, cpu * scale);
    const colour = colours[gateway] ?? "#adb5bd";
    const label = ratio === undefined ? "" : ` (${ratio.toFixed(2)})`;
    parts.push(
      text(left - 6, y + 12, gateway, 'text-anchor="end"'),
      `<rect x="${left}" y="${y + 2}" width="${length.toFixed(1)}" height="${barHeight - 4}" fill="${colour}"/>`,
      text(left + length + 5, y + 12, `${cpu >= 100 ? cpu.toFixed(0) : cpu.toFixed(1)}${label}`),
    );
  });
  return parts;
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
