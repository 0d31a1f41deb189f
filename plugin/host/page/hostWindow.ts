/** What the host server tells the page, beside Grafana's own boot data. */
export interface HostInfo {
  readonly pluginId: string;
  /** Changes with every build of the plugin. */
  readonly build: string;
  readonly jsonData: Readonly<Record<string, string>>;
  readonly secureJsonFields: Readonly<Record<string, boolean>>;
  /** Data sources and panels inside the app. */
  readonly nested: readonly { readonly id: string; readonly type: string; readonly name: string }[];
  readonly people: readonly { readonly login: string; readonly name: string; readonly role: string }[];
}

declare global {
  interface Window {
    plumblineHost: HostInfo;
    /** Set when the plugin has been loaded and rendered for the first time. */
    plumblineHostReady?: true;
  }
}
