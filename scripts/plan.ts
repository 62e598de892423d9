import { estimate } from './plan/estimate.ts';
import { organizationClasses } from './plan/organizations.ts';
import { pageOf } from './plan/page.ts';
import { PlanUsageError, readQuestion, rules } from './plan/question.ts';
import { createRemedy } from './plan/remedy.ts';
import { createRandom } from './plan/random.ts';

// Estimates calls to DingTalk, processes and memory for a month of given use: npm run plan -- --help

const usage = [
  'npm run plan -- --users 1000 --groups 500 --opens-per-day 20 --ttl 60000',
  '',
  ...Object.entries(rules).map(
    ([name, { meaning, preset }]) =>
      `  --${name.padEnd(16)} ${meaning}${preset === undefined ? '' : ` (${preset})`}`,
  ),
  '',
].join('\n');
const words = process.argv.slice(2);
/** A fixed seed, so that the same question has the same answer. */
const random = (): (() => number) => createRandom(1);

if (words.includes('--help')) {
  console.log(usage);
} else {
  try {
    const question = readQuestion(words);
    const [largest] = organizationClasses(question);
    const ttlFitting = createRemedy(largest?.question ?? question, random);
    console.log(pageOf(question, estimate(question, random()), ttlFitting));
  } catch (error) {
    if (!(error instanceof PlanUsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
}
