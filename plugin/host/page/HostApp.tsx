import { type AppPlugin, type AppPluginMeta, PluginContextProvider, ThemeContext } from '@grafana/data';
import { config, LocationServiceProvider, locationService } from '@grafana/runtime';
import {
  ErrorBoundaryAlert,
  GlobalStyles,
  LoadingPlaceholder,
  ModalRoot,
  ModalsProvider,
  PortalContainer,
} from '@grafana/ui';
import { Suspense, useEffect, useLayoutEffect, useState } from 'react';
import { Route, Router, Routes, useParams } from 'react-router-dom-v5-compat';
import { Chrome } from './Chrome';
import { DashboardPage } from './DashboardPage';
import { DataSourcePage } from './DataSourcePage';
import { ExposedComponentPage } from './ExposedComponentPage';
import { HostConfigurationPage } from './HostConfigurationPage';
import { Toasts } from './Toasts';

/** The providers Grafana puts around an app plugin's root page, and the page itself. */
export function HostApp({ plugin }: { readonly plugin: AppPlugin<object> }) {
  const history = locationService.getHistory();
  const [location, setLocation] = useState(history.location);
  useLayoutEffect(() => history.listen((next: typeof location) => setLocation(next)), [history]);
  useEffect(followLinksInPlace, []);
  const { root: Root } = plugin;
  const basename = `/a/${plugin.meta.id}`;
  const meta = plugin.meta as AppPluginMeta<object>; // the loader has filled it

  return (
    <ThemeContext.Provider value={config.theme2}>
      <LocationServiceProvider service={locationService}>
        <Router navigator={history as never /* history 4 has what the router calls */} location={location}>
          <ModalsProvider>
            <GlobalStyles />
            <Chrome meta={meta} path={location.pathname}>
              <ErrorBoundaryAlert>
                <Suspense fallback={<LoadingPlaceholder text="Loading..." />}>
                  <PluginContextProvider meta={meta}>
                    {Root && (
                      <Routes>
                        <Route
                          path={`/plugins/${plugin.meta.id}`}
                          element={<HostConfigurationPage plugin={plugin} search={location.search} />}
                        />
                        <Route path="/connections/datasources/edit/:uid" element={<DataSourcePage />} />
                        <Route
                          path="/components/*"
                          element={<ExposedComponentPage plugin={plugin} search={location.search} />}
                        />
                        <Route
                          path="/d/:uid/*"
                          element={<DashboardByAddress app={plugin} search={location.search} />}
                        />
                        <Route
                          path={`${basename}/*`}
                          element={
                            <Root
                              meta={meta}
                              basename={basename}
                              onNavChanged={() => {}}
                              query={{}}
                              path={location.pathname}
                            />
                          }
                        />
                      </Routes>
                    )}
                  </PluginContextProvider>
                </Suspense>
              </ErrorBoundaryAlert>
            </Chrome>
            <Toasts />
            <ModalRoot />
            <PortalContainer />
          </ModalsProvider>
        </Router>
      </LocationServiceProvider>
    </ThemeContext.Provider>
  );
}

function DashboardByAddress({ app, search }: { readonly app: AppPlugin<object>; readonly search: string }) {
  const { uid = '' } = useParams();
  return <DashboardPage key={uid} app={app} uid={uid} search={search} />;
}

/** Links to app pages change the page without loading it again, as Grafana's link handler does. */
function followLinksInPlace(): () => void {
  function onClick(event: MouseEvent): void {
    const anchor = event.target instanceof Element ? event.target.closest('a') : null;
    const href = anchor?.getAttribute('href');
    const isPlain =
      event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.defaultPrevented;
    if (
      isPlain &&
      href !== null &&
      href !== undefined &&
      /^\/(a|plugins|d)\//.test(href) &&
      anchor?.dataset.reload === undefined
    ) {
      event.preventDefault();
      locationService.push(href);
    }
  }
  document.addEventListener('click', onClick);
  return () => document.removeEventListener('click', onClick);
}
