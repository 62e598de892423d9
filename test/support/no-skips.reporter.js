/** Under `CI=true` a skipped test fails the run. */
export default class NoSkipsReporter {
  #error;

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
    const skipped = numPendingTests + numTodoTests;
    process.stderr.write(`\n${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped\n`);
    if (process.env.CI === 'true' && skipped > 0) {
      this.#error = new Error(
        `${skipped} tests were skipped, and CI skips none: install what they say they need`,
      );
    }
  }

  getLastError() {
    return this.#error;
  }
}
