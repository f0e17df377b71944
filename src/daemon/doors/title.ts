/**
 * The daemon's title, in `ps` and /proc/PID/cmdline. Scripts look for supervisord by its command line (`pgrep -f supervisord`) and must find one process,
 * the keeper, whatever the folder of the installation is called. The first import of main.ts, so that it happens at once.
 */
process.title = "holdfast: daemon";
