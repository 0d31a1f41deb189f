/** Numbers as the reasons of gates say them. */

/** What a row loses: a share of wrong predictions, or an error in the unit of the label. */
export type Loss = 'error rate' | 'mean absolute error';

/** `0.0312` -> `3.1 %` */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `0.01` -> `1.0 points` */
export function pointsText(share: number): string {
  return `${(share * 100).toFixed(1)} points`;
}

/** `2000` -> `2,000`; what rows with weights are worth need not be whole. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1, "row"` -> `1 row`; `2000, "labelled row"` -> `2,000 labelled rows` */
export function amountText(amount: number, noun: string): string {
  return `${countText(amount)} ${noun}${Math.round(amount) === 1 ? '' : 's'}`;
}

/** `3.1 %` of an error rate; another error with four digits, in its own unit. */
export function lossText(loss: Loss, value: number): string {
  return loss === 'error rate' ? percentText(value) : String(Number(value.toPrecision(4)));
}

/** Of a difference of two losses: `3.1 points`, or as they are. */
export function lossDifferenceText(loss: Loss, difference: number): string {
  return loss === 'error rate' ? pointsText(difference) : lossText(loss, difference);
}

export function lossName(loss: Loss): string {
  return loss === 'error rate' ? 'an error rate' : 'a mean absolute error';
}
