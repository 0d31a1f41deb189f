import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import CopyWebpackPlugin from 'copy-webpack-plugin';
import webpack, { type Configuration } from 'webpack';

const packageFolder = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(`${packageFolder}package.json`, 'utf8')) as { version: string };
const { id } = JSON.parse(readFileSync(`${packageFolder}src/plugin.json`, 'utf8')) as { id: string };

/**
 * What Grafana gives every plugin at run time (its shared dependencies). A plugin that bundled its own copy of one of
 * these would have a second React, a second theme or a second router, so the list must not shrink.
 */
const providedByGrafana: NonNullable<Configuration['externals']> = [
  {
    'amd-module': 'module',
    lodash: 'lodash',
    moment: 'moment',
    emotion: 'emotion',
    '@emotion/css': '@emotion/css',
    '@emotion/react': '@emotion/react',
    react: 'react',
    'react/jsx-runtime': 'react/jsx-runtime',
    'react/jsx-dev-runtime': 'react/jsx-dev-runtime',
    'react-dom': 'react-dom',
    'react-redux': 'react-redux',
    'react-router': 'react-router',
    redux: 'redux',
    rxjs: 'rxjs',
    i18next: 'i18next',
    d3: 'd3',
  },
  /^@grafana\/(ui|runtime|data)$/,
];

/**
 * Plugins inside the app, by their folder. Grafana serves each under an id of its own, but chunks lie beside the app's
 * module: so a nested plugin is one file without chunks, small enough to be.
 */
const nestedPlugins = ['datasource', 'panels/drift-heatmap', 'panels/distribution', 'panels/fairness'];

/** Fills the placeholders of Grafana's plugin metadata, as its own build tool does. */
function fillPlaceholders(content: Buffer): string {
  return content
    .toString('utf8')
    .replaceAll('%VERSION%', version)
    .replaceAll('%TODAY%', new Date().toISOString().slice(0, 10))
    .replaceAll('%PLUGIN_ID%', id);
}

/** Builds `dist/`: an AMD module for Grafana's plugin loader, with every page in a chunk of its own. */
export default (env: { production?: boolean } = {}): Configuration => ({
  mode: env.production ? 'production' : 'development',
  devtool: 'source-map',
  target: ['web', 'es2020'],
  context: `${packageFolder}src`,
  entry: {
    module: './module.tsx',
    ...Object.fromEntries(nestedPlugins.map((folder) => [`${folder}/module`, `./${folder}/module.ts`])),
  },
  externals: providedByGrafana,
  externalsType: 'amd',
  output: {
    path: `${packageFolder}dist`,
    clean: true,
    filename: '[name].js',
    chunkFilename: env.production ? '[name].js?_cache=[contenthash]' : '[name].js',
    library: { type: 'amd' },
    publicPath: `public/plugins/${id}/`,
    uniqueName: id,
  },
  resolve: { extensions: ['.tsx', '.ts', '.js'] },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        loader: 'swc-loader',
        options: {
          jsc: {
            target: 'es2020',
            parser: { syntax: 'typescript', tsx: true },
            transform: { react: { runtime: 'automatic' } },
          },
        },
      },
    ],
  },
  plugins: [
    new webpack.DefinePlugin({ PLUGIN_VERSION: JSON.stringify(version) }),
    new CopyWebpackPlugin({
      patterns: [
        { from: 'plugin.json', transform: fillPlaceholders },
        { from: 'img', to: 'img' },
        { from: 'locales', to: 'locales' },
        ...nestedPlugins.flatMap((folder) => [
          { from: `${folder}/plugin.json`, to: `${folder}/plugin.json`, transform: fillPlaceholders },
          { from: `${folder}/img`, to: `${folder}/img` },
        ]),
        { from: '../README.md', transform: fillPlaceholders },
        { from: '../CHANGELOG.md' },
        { from: '../../LICENSE' },
      ],
    }),
  ],
  performance: { hints: false },
  stats: 'errors-warnings',
});
