/** What the sample app says about itself. */
export interface BankStatus {
  readonly inferences: number;
  readonly outcomes: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Labelled loans in its warehouse. */
  readonly labelledLoans: number;
  readonly champion: string | null;
  readonly canary: string | null;
  /** When its routing last changed, milliseconds since 1970-01-01 UTC. */
  readonly routedAt: number;
}

/** The switches of the sample app that the story uses. */
export class BankClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  status(): Promise<BankStatus> {
    return this.#call('GET', '/status');
  }

  /** From now on applicants are drawn from after the shift. */
  shift(): Promise<BankStatus> {
    return this.#call('POST', '/shift');
  }

  /** Takes no more applicants, sends every outcome that is still due, and flushes. */
  close(): Promise<BankStatus> {
    return this.#call('POST', '/close');
  }

  async #call(method: string, path: string): Promise<BankStatus> {
    const response = await fetch(this.#url + path, { method });
    if (!response.ok) throw new Error(`the bank answered ${response.status} to ${method} ${path}`);
    return (await response.json()) as BankStatus; // our own app
  }
}
