/**
 * Setters that Grafana's own start-up calls and that are not in the package's exports. The host's bundler reaches the
 * files themselves, so these are the very modules that plugins see. Tied to the pinned version of @grafana/runtime.
 */
declare module '#runtime/components/PluginPage.mjs' {
  import type { PluginPageProps } from '@grafana/runtime';
  import type { ComponentType } from 'react';
  export function setPluginPage(component: ComponentType<PluginPageProps>): void;
}
