/** A reporter for Node's test runner: writes how many tests ran, suites not counted. */
// biome-ignore lint/style/noDefaultExport: a reporter is its module's default export.
export default async function* countReporter(events) {
  let count = 0;
  for await (const { type, data } of events) {
    const isResult = type === "test:pass" || type === "test:fail";
    // A file of which no test ran counts as one test of its name.
    const isGroup = data.details?.type === "suite" || data.name?.endsWith(".test.ts");
    if (isResult && !isGroup && data.skip === undefined) count++;
  }
  yield String(count);
}
