/**
 * echo_supervisord_conf: prints a sample configuration that can be used as it is. It reads nothing and ignores every argument. (CLI-090, CLI-091)
 */
import { sampleConfig } from "../config/sample.ts";

process.stdout.write(sampleConfig());
