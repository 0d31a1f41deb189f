/** Reads as much of the Dockerfile language as our Dockerfile uses. */

export interface Instruction {
  /** Upper case, such as `RUN`. */
  readonly name: string;
  /** The rest, with continued lines joined by a space. */
  readonly value: string;
}

export interface BuildStage {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): BuildStage[] {
  const joined = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n\s*/g, ' ');
  const instructions = joined.split('\n').flatMap((line) => {
    const match = /^([A-Z]+) +(.*)$/.exec(line.trim());
    return match === null ? [] : [{ name: match[1] ?? '', value: match[2] ?? '' }];
  });
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') {
      const [from = '', , name = String(stages.length)] = instruction.value.split(/ +/);
      stages.push({ name, from, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

/** Instructions of a stage after those of the stages it builds on. */
export function wholeStage(stages: readonly BuildStage[], name: string): Instruction[] {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage === undefined ? [] : [...wholeStage(stages, stage.from), ...stage.instructions];
}
