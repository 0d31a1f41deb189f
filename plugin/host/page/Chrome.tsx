import { css } from '@emotion/css';
import type { AppPluginMeta, GrafanaTheme2 } from '@grafana/data';
import { config } from '@grafana/runtime';
import { Icon, LinkButton, Text, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { useBreadcrumbs } from './breadcrumbs';

interface ChromeProps {
  readonly meta: AppPluginMeta;
  readonly path: string;
  readonly children: ReactNode;
}

/** What surrounds a page in Grafana: menu, breadcrumbs; and in the host alone, who is looking and in which theme. */
export function Chrome({ meta, path, children }: ChromeProps) {
  const styles = useStyles2(getStyles);
  const breadcrumbs = useBreadcrumbs();
  const { permissions, orgRole } = config.bootData.user;
  const pages = (meta.includes ?? []).filter(
    ({ addToNav, action, role }) =>
      addToNav && (!action || permissions?.[action]) && (role !== 'Admin' || orgRole === 'Admin'),
  );

  return (
    <div className={styles.shell}>
      <header className={styles.topBar}>
        <img className={styles.logo} src={`${meta.baseUrl}/${meta.info.logos.small}`} alt="" />
        <nav aria-label="Breadcrumbs" className={styles.breadcrumbs}>
          <a href="/">{meta.name}</a>
          {breadcrumbs.map(({ text, url }, index) => (
            <span key={text} className={styles.breadcrumb}>
              <Icon name="angle-right" />
              {url !== undefined && index < breadcrumbs.length - 1 ? <a href={url}>{text}</a> : <span>{text}</span>}
            </span>
          ))}
        </nav>
        <div className={styles.switches}>
          <PersonSwitch />
          <ThemeSwitch path={path} />
        </div>
      </header>
      <div className={styles.body}>
        <nav aria-label="Apps" className={styles.menu}>
          <Text variant="bodySmall" color="secondary">
            {meta.name}
          </Text>
          {pages.map(({ name, path: target = '' }) => {
            const href = target.replace('%PLUGIN_ID%', meta.id);
            const isCurrent = path.startsWith(href.replace(/\?.*$/, ''));
            return (
              <a
                key={name}
                href={href}
                className={isCurrent ? styles.currentLink : styles.link}
                aria-current={isCurrent ? 'page' : undefined}
              >
                {name}
              </a>
            );
          })}
        </nav>
        <main className={styles.main}>{children}</main>
      </div>
    </div>
  );
}

/** A plain list: Grafana's measures its texts on a canvas, which is most of what a page costs to start here. */
function PersonSwitch() {
  const styles = useStyles2(getStyles);
  return (
    <select
      aria-label="Signed in as"
      className={styles.person}
      value={config.bootData.user.login}
      onChange={({ currentTarget }) => window.location.assign(`?user=${encodeURIComponent(currentTarget.value)}`)}
    >
      {window.plumblineHost.people.map(({ login, name, role }) => (
        <option key={login} value={login}>
          {`${name} (${role})`}
        </option>
      ))}
    </select>
  );
}

function ThemeSwitch({ path }: { readonly path: string }) {
  const other = config.theme2.isDark ? 'light' : 'dark';
  return (
    <LinkButton
      variant="secondary"
      fill="text"
      icon={config.theme2.isDark ? 'cloud' : 'adjust-circle'}
      href={`${path}?theme=${other}`}
      target="_self"
      data-reload
    >
      {config.theme2.isDark ? 'Light' : 'Dark'}
    </LinkButton>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const link = {
    padding: theme.spacing(0.75, 1),
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.secondary,
    '&:hover': { background: theme.colors.action.hover, color: theme.colors.text.primary },
  };
  return {
    shell: css({
      display: 'flex',
      flexDirection: 'column',
      height: '100vh',
      background: theme.colors.background.canvas,
    }),
    topBar: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1.5),
      height: theme.spacing(5),
      flex: 'none',
      padding: theme.spacing(0, 2),
      background: theme.colors.background.primary,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    logo: css({ width: theme.spacing(3), height: theme.spacing(3) }),
    breadcrumbs: css({ display: 'flex', alignItems: 'center', minWidth: 0, whiteSpace: 'nowrap' }),
    breadcrumb: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      marginLeft: theme.spacing(0.5),
    }),
    switches: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginLeft: 'auto' }),
    person: css({
      height: theme.spacing(4),
      padding: theme.spacing(0, 1),
      color: theme.colors.text.primary,
      background: theme.components.input.background,
      border: `1px solid ${theme.components.input.borderColor}`,
      borderRadius: theme.shape.radius.default,
    }),
    body: css({ display: 'flex', flex: 1, minHeight: 0 }),
    menu: css({
      display: 'flex',
      flexDirection: 'column',
      gap: theme.spacing(0.5),
      width: theme.spacing(22),
      flex: 'none',
      padding: theme.spacing(2, 1.5),
      background: theme.colors.background.primary,
      borderRight: `1px solid ${theme.colors.border.weak}`,
    }),
    link: css(link),
    currentLink: css({ ...link, color: theme.colors.text.primary, background: theme.colors.action.selected }),
    main: css({ flex: 1, minWidth: 0, overflow: 'auto' }),
  };
};
