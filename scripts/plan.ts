import { estimate } from './plan/estimate.ts';
import { pageOf } from './plan/page.ts';
import { PlanUsageError, readQuestion, rules } from './plan/question.ts';
import { createRandom } from './plan/random.ts';

// What a month of given use costs in calls to DingTalk, processes and memory: npm run plan -- --help

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

if (words.includes('--help')) {
  console.log(usage);
} else {
  try {
    const question = readQuestion(words);
    console.log(pageOf(question, estimate(question, createRandom(1))));
  } catch (error) {
    if (!(error instanceof PlanUsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  }
}
