import { sandboxCredentials } from './credentials.ts';

/** The secrets that the apps have now. */
export interface AppSecrets {
  readonly isSecretOf: (app: string, secret: string | undefined) => boolean;
  /** Gives every app these secrets. */
  set(secrets: readonly string[]): void;
}

export function createAppSecrets(): AppSecrets {
  const { appKey, appSecret, suiteKey, suiteSecret } = sandboxCredentials;
  const secretsOf = new Map<string, readonly string[]>([
    [appKey, [appSecret]],
    [suiteKey, [suiteSecret]],
  ]);
  return {
    isSecretOf: (app, secret) => secret !== undefined && (secretsOf.get(app)?.includes(secret) ?? false),
    set(secrets) {
      for (const app of secretsOf.keys()) secretsOf.set(app, secrets);
    },
  };
}
