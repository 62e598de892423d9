import { format } from 'prettier';
import { expected } from './judges/expected.ts';
import { runJudges, surprises, tableOf } from './judges/run-judges.ts';

// Replays the checks of graphql-cop and nuclei against the built gateway: npm run judges

const verdicts = await runJudges();
console.log(await format(tableOf(verdicts), { parser: 'markdown' }));
for (const { name, why } of expected) console.log(`${name}: ${why}`);
const wrong = surprises(verdicts);
if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exitCode = 1;
}
