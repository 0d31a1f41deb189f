interface CutTextProps {
  readonly text: string;
  readonly width: number;
  /** Width of a character, rounded up. */
  readonly perCharacter: number;
}

/** A text that ends before it meets the chart; where it was cut, the whole of it is the title. */
export function CutText({ text, width, perCharacter }: CutTextProps) {
  const most = Math.floor(width / perCharacter);
  return text.length <= most ? (
    text
  ) : (
    <>
      <title>{text}</title>
      {`${text.slice(0, Math.max(1, most - 1))}…`}
    </>
  );
}
