import type { AppPlugin } from '@grafana/data';
import { useParams } from 'react-router-dom-v5-compat';

interface ExposedComponentPageProps {
  readonly plugin: AppPlugin<object>;
  readonly search: string;
}

/** Stands in for a page of another plugin that shows a component of this one: `/components/model-status/v1?model=churn`. */
export function ExposedComponentPage({ plugin, search }: ExposedComponentPageProps) {
  const { '*': name } = useParams();
  const found = plugin.exposedComponentConfigs.find(({ id }) => id === `${plugin.meta.id}/${name}`);
  return found === undefined ? (
    <p>The app exposes no component {name}.</p>
  ) : (
    // Its properties are known to who uses it, here to the address.
    <found.component {...(Object.fromEntries(new URLSearchParams(search)) as object)} />
  );
}
