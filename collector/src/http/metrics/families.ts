import type { MetricFamily, Sample } from './prometheus-text.ts';

export type Labels = Readonly<Record<string, string>>;

/** Collects samples under their families, in the order in which the families were first named. */
export class Families {
  readonly #families = new Map<string, MetricFamily & { readonly samples: Sample[] }>();

  gauge(name: string, help: string, labels: Labels, value: number | null): void {
    this.#add('gauge', name, help, { labels, value });
  }

  counter(name: string, help: string, labels: Labels, value: number): void {
    this.#add('counter', name, help, { labels, value });
  }

  addAll(families: readonly MetricFamily[]): void {
    for (const { name, help, type, samples } of families) {
      const own = this.#family(type, name, help).samples;
      for (const sample of samples) own.push(sample);
    }
  }

  all(): MetricFamily[] {
    return [...this.#families.values()];
  }

  #add(type: MetricFamily['type'], name: string, help: string, sample: Sample): void {
    this.#family(type, name, help).samples.push(sample);
  }

  #family(type: MetricFamily['type'], name: string, help: string): MetricFamily & { readonly samples: Sample[] } {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const family = { name, help, type, samples: [] };
    this.#families.set(name, family);
    return family;
  }
}
