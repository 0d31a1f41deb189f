/** What the exposed component `plumbline-models-app/model-status/v1` takes. */
export interface ModelStatusProps {
  /** Name of the model, as the collector knows it. */
  readonly model: string;
}
