import {
  type PluginExtensionAddedLinkConfig,
  type PluginExtensionPanelContext,
  PluginExtensionPoints,
} from '@grafana/data';
import { getTemplateSrv, locationService } from '@grafana/runtime';
import { modelPath, modelsPath } from '../routing';
import { modelOfAlert, modelOfPanel } from './modelOfContext';

/** Links that Grafana shows elsewhere. Titles and targets stand in plugin.json as well, word by word. */

export const panelLink: PluginExtensionAddedLinkConfig<PluginExtensionPanelContext> = {
  targets: PluginExtensionPoints.DashboardPanelMenu,
  title: 'Open model in Plumbline',
  description: 'See what is wrong with the model that this panel is about',
  path: modelsPath(),
  configure: (context) =>
    pathTo(modelOfPanel(context?.targets, (text) => getTemplateSrv().replace(text, context?.scopedVars))),
};

export const alertLink: PluginExtensionAddedLinkConfig = {
  targets: [PluginExtensionPoints.AlertInstanceAction, PluginExtensionPoints.AlertingAlertingRuleAction],
  title: 'Open the alerted model in Plumbline',
  description: 'See what is wrong with the model that this alert is about',
  path: modelsPath(),
  // The menu of a rule does not follow paths, and shows the link only where the rule is labelled as this app's (README).
  onClick: (_, { context }) => {
    const model = modelOfAlert(context);
    if (model !== null) {
      locationService.push(modelPath(model));
    }
  },
  configure: (context) => pathTo(modelOfAlert(context)),
};

/** Without a model there is no link. */
function pathTo(model: string | null): { path: string } | undefined {
  return model === null ? undefined : { path: modelPath(model) };
}
