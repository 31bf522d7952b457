import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CancellationSource, neverCancelled } from "../../src/base/index.ts";

suite("cancellation", () => {
  test("calls its listener once, however often it is cancelled", () => {
    const source = new CancellationSource();
    let calls = 0;
    source.onCancel(() => calls++);
    source.cancel();
    source.cancel();
    assert.equal(calls, 1);
    assert.equal(source.isCancelled, true);
  });

  test("calls a listener that comes late at once", () => {
    const source = new CancellationSource();
    source.cancel();
    let calls = 0;
    source.onCancel(() => calls++);
    assert.equal(calls, 1);
  });

  test("lets a listener go", () => {
    const source = new CancellationSource();
    source.onCancel(() => assert.fail("it was let go"));
    source.onCancel(undefined);
    source.cancel();
  });

  test("of nothing never happens", () => {
    neverCancelled.onCancel(() => assert.fail("nobody can cancel this"));
    assert.equal(neverCancelled.isCancelled, false);
  });
});
