/** A program of a random configuration, as the lines of its section. */
export type ProgramPlan = {
  readonly name: string;
  readonly numprocs: number;
  readonly lines: readonly string[];
  readonly listener: boolean;
};
