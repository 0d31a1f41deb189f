import type { Locator, Page } from 'playwright-core';

const mostPresses = 200;

/** Whether the focus is on it, and is to be seen there. */
export const isFocused = (element: Locator): Promise<boolean> =>
  element.evaluate((one) => one.matches(':focus-visible'));

/** Goes on with Tab until the focus is on an element, as somebody without a mouse does. */
export async function tabTo(page: Page, element: Locator): Promise<void> {
  await element.waitFor();
  for (let presses = 0; presses < mostPresses; presses++) {
    if (await isFocused(element)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${element} is not to be reached with Tab`);
}

/** What `decide` does, with the keyboard alone. */
export async function decideByKeyboard(page: Page, button: string, reason: string): Promise<void> {
  await tabTo(page, page.getByRole('button', { name: button, exact: true }).first());
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await tabTo(page, dialog.getByRole('textbox'));
  await page.keyboard.type(reason);
  await tabTo(page, dialog.getByRole('button', { name: button, exact: true }));
  await page.keyboard.press('Enter');
}
