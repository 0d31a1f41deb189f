import { type MouseEvent, useState } from 'react';

interface Slots {
  /** Where the first slot begins, in pixels from the left of the chart. */
  readonly left: number;
  /** Width of each, in pixels. */
  readonly slot: number;
  readonly count: number;
}

/** Which of equally wide slots of a chart the pointer is over, `null` beside them; and what its `svg` tells of the pointer. */
export function useHoveredSlot({ left, slot, count }: Slots) {
  const [hovered, setHovered] = useState<number | null>(null);
  const pointer = {
    onMouseMove(event: MouseEvent<SVGSVGElement>) {
      const offset = event.clientX - event.currentTarget.getBoundingClientRect().left - left;
      const index = Math.floor(offset / slot);
      setHovered(index >= 0 && index < count ? index : null);
    },
    onMouseLeave: () => setHovered(null),
  };
  return { hovered, pointer };
}
