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

  all(): MetricFamily[] {
    return [...this.#families.values()];
  }

  #add(type: MetricFamily['type'], name: string, help: string, sample: Sample): void {
    const family = this.#families.get(name) ?? { name, help, type, samples: [] };
    family.samples.push(sample);
    this.#families.set(name, family);
  }
}
