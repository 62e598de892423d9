/** One documented error, as the tables of errors hold it. */
export interface ErrorRow {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly accessdenieddetail?: { readonly requiredScopes: readonly string[] };
}
