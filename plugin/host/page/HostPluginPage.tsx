import { css } from '@emotion/css';
import type { GrafanaTheme2, NavModelItem } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { Tab, TabsBar, Text, useStyles2 } from '@grafana/ui';
import { useEffect } from 'react';
import { publishBreadcrumbs } from './breadcrumbs';

/** Stands in for Grafana's page: title, information, actions, tabs of `pageNav.children`, content. */
export function HostPluginPage({ children, pageNav, subTitle, actions, info, renderTitle }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const title = pageNav?.text ?? 'Models';
  useEffect(() => {
    publishBreadcrumbs(pageNav === undefined ? [{ text: title }] : trailOf(pageNav));
    document.title = `${title} - Plumbline`;
  }, [pageNav, title]);

  return (
    <div className={styles.page}>
      <div className={styles.header}>
        <div className={styles.titleRow}>
          <div className={styles.title}>{renderTitle ? renderTitle(title) : <h1>{title}</h1>}</div>
          {info && (
            <div className={styles.info}>
              {info.map(({ label, value }) => (
                <div key={label}>
                  <Text color="secondary" variant="bodySmall">
                    {label}
                  </Text>
                  <div>{value}</div>
                </div>
              ))}
            </div>
          )}
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
        {subTitle && <div className={styles.subTitle}>{subTitle}</div>}
      </div>
      {pageNav?.children && (
        <TabsBar className={styles.tabs}>
          {pageNav.children
            .filter(({ hideFromTabs }) => !hideFromTabs)
            .map(({ text, url, active, tabCounter, icon }) => (
              <Tab
                key={text}
                label={text}
                href={url}
                active={active}
                counter={tabCounter}
                icon={icon as Parameters<typeof Tab>[0]['icon']} // any icon name
              />
            ))}
        </TabsBar>
      )}
      <div className={styles.content}>{children}</div>
    </div>
  );
}

/** The page and its parents, outermost first. */
function trailOf(item: NavModelItem): { text: string; url?: string }[] {
  const own = item.url === undefined ? { text: item.text } : { text: item.text, url: item.url };
  return item.parentItem === undefined ? [own] : [...trailOf(item.parentItem), own];
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    display: 'flex',
    flexDirection: 'column',
    minHeight: '100%',
    padding: theme.spacing(3),
    background: theme.colors.background.primary,
  }),
  header: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
  titleRow: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2, 4), alignItems: 'center' }),
  title: css({ display: 'flex', alignItems: 'center', '& h1': { margin: 0 } }),
  info: css({ display: 'flex', gap: theme.spacing(3) }),
  actions: css({ display: 'flex', gap: theme.spacing(1), marginLeft: 'auto' }),
  subTitle: css({ color: theme.colors.text.secondary }),
  tabs: css({ marginBottom: theme.spacing(2) }),
  content: css({ flex: 1, minWidth: 0 }),
});
