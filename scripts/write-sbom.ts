import { writeSbom } from './release/write-sbom.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Usage: node scripts/write-sbom.ts <file>');
const count = await writeSbom(file);
console.log(`${file}: ${count} packages`);
