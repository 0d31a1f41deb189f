/** One number of a bench. */
export interface Result {
  readonly scenario: string;
  readonly rule: string;
  readonly metric: string;
  /** `null`: never. */
  readonly value: number | null;
}
