/** One figure of a benchmark, beside what it is measured against in the same run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference?: { readonly name: string; readonly value: number };
  /** `value` to the reference's. */
  readonly ratio?: number;
}
