import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The parts of Ruru's page that the explorer rewrites. */
export type RuruHtmlPart =
  'metaTags' | 'titleTag' | 'configScript' | 'headerScripts' | 'bodyScripts' | 'bodyInitScript';

/** What `ruruHTML` is called with; `clientConfig` becomes the props of the React component, as JSON. */
export interface RuruPageConfig {
  readonly endpoint: string;
  readonly staticPath: string;
  readonly clientConfig: Readonly<Record<string, unknown>>;
  readonly htmlParts: Readonly<Record<RuruHtmlPart, string | ((original: string) => string)>>;
}

/** One asset; `content` is compressed where `headers` say so. */
export interface RuruFile {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface RuruServerModule {
  readonly ruruHTML: (config: RuruPageConfig) => string;
}

interface RuruStaticModule {
  readonly getStaticFile: (wanted: {
    readonly staticPath: string;
    readonly urlPath: string;
    readonly acceptEncoding: string | string[] | undefined;
    readonly disallowDevAssets: boolean;
  }) => RuruFile | null | Promise<RuruFile | null>;
}

/** The installed Ruru: how its page is written, where its assets come from. */
export interface Ruru extends RuruServerModule, RuruStaticModule {
  readonly version: string;
}

const missingModuleCodes: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

function isMissingModule(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && missingModuleCodes.includes(error.code)
  );
}

async function importRuru(packageName: string): Promise<Ruru> {
  // No literals: the gateway must compile, and start with IDE=off, where Ruru is left out of the installation.
  const serverName: string = `${packageName}/server`;
  const staticName: string = `${packageName}/static`;
  const { ruruHTML }: RuruServerModule = await import(serverName);
  const { getStaticFile }: RuruStaticModule = await import(staticName);
  // Ruru exports neither its version nor its package.json.
  const packageJson = join(dirname(createRequire(import.meta.url).resolve(serverName)), '../package.json');
  const { version }: { version: string } = JSON.parse(await readFile(packageJson, 'utf8'));
  return { ruruHTML, getStaticFile, version };
}

/** Loads Ruru when the explorer is wanted, not before. Throws an error that names the remedy where it is not installed. */
export async function loadRuru(packageName = 'ruru'): Promise<Ruru> {
  try {
    return await importRuru(packageName);
  } catch (error) {
    if (isMissingModule(error)) {
      throw new Error(
        `The explorer needs the package "${packageName}", which is not installed: ` +
          'install the dependencies again, the optional ones included, or turn the explorer off with IDE=off',
        { cause: error },
      );
    }
    throw error;
  }
}
