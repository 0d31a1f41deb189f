import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../setup/commands.mjs';

/** A question that the provisioned dashboards and alert rules ask Prometheus. */
export interface ProvisionedQuery {
  /** File and panel, annotation, variable or rule. */
  readonly where: string;
  readonly expression: string;
}

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr?: string }[] }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly definition?: string;
      readonly datasource?: { readonly type: string };
    }[];
  };
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

interface AlertingFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly title: string;
      readonly data: readonly { readonly model: { readonly expr?: string } }[];
    }[];
  }[];
}

const provisioning = join(repositoryRoot, 'provisioning');
const read = (path: string) => readFileSync(join(provisioning, path), 'utf8');

/** Every query, with Grafana's variables replaced. Comparisons answer 0 or 1 instead of nothing. */
export function provisionedQueries(variables: Readonly<Record<string, string>>): ProvisionedQuery[] {
  return [...dashboardQueries(), ...ruleQueries(), ...alertingQueries()].map(({ where, expression }) => ({
    where,
    expression: answering(substitute(expression, variables)),
  }));
}

function dashboardQueries(): ProvisionedQuery[] {
  const files = readdirSync(join(provisioning, 'dashboards')).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const { panels, annotations, templating } = JSON.parse(read(`dashboards/${file}`)) as Dashboard; // Grafana's classic model
    return [
      ...panels.flatMap(({ title, targets = [] }) =>
        targets.flatMap(({ expr }) => asked(`${file}, panel "${title}"`, expr)),
      ),
      ...annotations.list.flatMap(({ name, expr }) => asked(`${file}, annotation "${name}"`, expr)),
      ...templating.list
        .filter(({ type, datasource }) => type === 'query' && datasource?.type !== 'plumbline-models-datasource')
        .map(({ name, definition = '' }) => ({
          where: `${file}, variable "${name}"`,
          expression: /^label_values\((.+), \w+\)$/.exec(definition)?.[1] ?? definition,
        })),
    ];
  });
}

/** Only Prometheus is asked in expressions: queries of our own data source have none. */
function asked(where: string, expression: string | undefined): ProvisionedQuery[] {
  return expression === undefined ? [] : [{ where, expression }];
}

function ruleQueries(): ProvisionedQuery[] {
  const { groups } = parse(read('prometheus/rules.yml')) as RuleFile; // checked by promtool
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr }) => ({ where: `rules.yml, ${alert}`, expression: expr })),
  );
}

function alertingQueries(): ProvisionedQuery[] {
  const { groups } = parse(read('alerting/plumbline.yaml')) as AlertingFile; // held to its schema by a test
  return groups.flatMap(({ rules }) =>
    rules.flatMap(({ title, data }) =>
      data.flatMap(({ model: { expr } }) =>
        expr === undefined ? [] : [{ where: `alerting, rule "${title}"`, expression: expr }],
      ),
    ),
  );
}

/** Grafana writes `$name`; the longest name wins. */
function substitute(expression: string, variables: Readonly<Record<string, string>>): string {
  return expression.replace(/\$(\w+)/g, (found, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`${found} of \`${expression}\` has no value`);
    return value;
  });
}

function answering(expression: string): string {
  return expression.replace(/ (>=|<=|==|!=|>|<) (?!bool)/g, ' $1 bool ');
}
