/** The DingTalk application of this gateway. Its kind decides which endpoint issues the access tokens. */
export type Application =
  | { readonly kind: 'internal'; readonly appKey: string; readonly appSecret: string }
  | { readonly kind: 'corp'; readonly appKey: string; readonly appSecret: string; readonly corpId: string }
  | {
      readonly kind: 'suite';
      readonly suiteKey: string;
      readonly suiteSecret: string;
      readonly suiteTicketFile: string;
      /** For viewers whose credentials name no organization. */
      readonly corpId: string | undefined;
    };

/** The application's own key and secret. */
export const credentialsOf = (app: Application): { readonly key: string; readonly secret: string } =>
  app.kind === 'suite'
    ? { key: app.suiteKey, secret: app.suiteSecret }
    : { key: app.appKey, secret: app.appSecret };
