/** One thing wrong with the configuration; never holds a variable's value. */
export interface Problem {
  readonly variable: string;
  readonly message: string;
}
