/** What an AMD loader tells a module about itself. */
declare module 'amd-module' {
  const amdModule: { readonly id: string; readonly uri: string } | undefined;
  export default amdModule;
}
