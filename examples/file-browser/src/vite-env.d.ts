interface ImportMetaEnv {
  readonly VITE_DINGTALK_CLIENT_ID?: string;
  readonly VITE_DINGTALK_LOGIN_URL?: string;
}

/** What Vite puts into the page when it is built. */
interface ImportMeta {
  readonly env: ImportMetaEnv;
}
