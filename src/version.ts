/** Our own version, and the Supervisor that we stand in for: clients compare the latter. */
export const HOLDFAST_VERSION = "0.2.0";
export const SUPERVISOR_VERSION = "4.3.0";
