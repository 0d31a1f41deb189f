/** Stands for the model an app has already: nothing here knows of Plumbline. */
export interface Applicant {
  readonly id: string;
  readonly age: number;
  readonly income: number;
  readonly purpose: string;
  readonly sex: string;
}

export interface Decision {
  readonly label: 'repaid' | 'defaulted';
  readonly probability: number;
}

export async function model({ age, income }: Applicant): Promise<Decision> {
  const probability = 1 / (1 + Math.exp(2 - income / 20_000 - age / 50));
  return { label: probability > 0.5 ? 'repaid' : 'defaulted', probability };
}

/** Stands for the encoder: how often letters of eight sorts come. */
export function embed(text: string): Float32Array {
  const vector = new Float32Array(8);
  for (const letter of text.toLowerCase()) {
    vector[letter.charCodeAt(0) % 8]! += 1 / text.length;
  }
  return vector;
}
