/** The DingTalk application of this gateway. Its kind decides which endpoint issues the access tokens. */
export type Application =
  | ({ readonly kind: 'internal' } & OwnSecrets)
  | ({ readonly kind: 'corp'; readonly corpId: string } & OwnSecrets)
  | {
      readonly kind: 'suite';
      readonly suiteKey: string;
      readonly suiteSecret: string;
      readonly otherSuiteSecret?: string | undefined;
      readonly suiteTicketFile: string;
      /** For viewers whose credentials name no organization. */
      readonly corpId: string | undefined;
    };

interface OwnSecrets {
  readonly appKey: string;
  readonly appSecret: string;
  readonly otherAppSecret?: string | undefined;
}

export interface Credentials {
  readonly key: string;
  /** The one to use, and to seal with. */
  readonly secret: string;
  /** The secret before or after it, while it is replaced. */
  readonly otherSecret: string | undefined;
}

/** The application's own key and secrets. */
export const credentialsOf = (app: Application): Credentials =>
  app.kind === 'suite'
    ? { key: app.suiteKey, secret: app.suiteSecret, otherSecret: app.otherSuiteSecret }
    : { key: app.appKey, secret: app.appSecret, otherSecret: app.otherAppSecret };
