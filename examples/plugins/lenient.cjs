/**
 * A result handler: besides OK it accepts any JSON object without an `error`.
 *
 *     [eventlistener:watcher]
 *     result_handler = ./lenient.cjs:handle
 *
 * @type {import("holdfast/plugin").ResultHandler}
 */
exports.handle = function handle(event, result) {
  const text = Buffer.from(result).toString("utf8");
  if (text === "OK") return true;
  if (text === "FAIL") return false; // the event is sent again
  const { error } = JSON.parse(text); // what is thrown takes the listener out of service until it starts again
  if (error !== undefined) console.log(`${event.pool} could not handle ${event.name} ${event.serial}: ${error}`); // goes into the activity log
  return error === undefined;
};
