export { bucketOf, buckets, chooseRoute, type Route, type RouteReason } from './choose.ts';
export type { CanaryRoute, Heartbeat, RoutedVersion, RoutingDocument, ShadowRoute } from './document.ts';
export { parseRouting } from './parse.ts';
export type { RoutingSource } from './table.ts';
