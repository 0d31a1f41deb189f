import { useVersions } from '../../../data/useVersions';
import { RollBackButton } from './RollBackButton';

/** Rolling back where the versions themselves are not shown. Nothing until they are known. */
export function RollBackButtonOf({ model }: { readonly model: string }) {
  const { data } = useVersions(model);
  return data === undefined ? null : <RollBackButton list={data} size="sm" />;
}
