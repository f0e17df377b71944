/** The event stream: what listeners would get, as it happens, newest first. */
import { clockTime } from "../model/format.ts";
import { texts, tick, world } from "../state.ts";

export function EventsView() {
  const { events } = world.value;
  const { views, noEvents, time, type, payload } = texts.value;
  return (
    <div class="view">
      <h1>{views.events}</h1>
      {events.length === 0 ? (
        <p class="dim">{noEvents}</p>
      ) : (
        <section class="scroll" tabIndex={0} aria-label={views.events}>
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">{time}</th>
                <th scope="col">{type}</th>
                <th scope="col">{payload}</th>
              </tr>
            </thead>
            <tbody>
              {[...events].reverse().map((event) => (
                <tr key={event.serial}>
                  <td class="figures">{clockTime(event.at, tick.peek())}</td>
                  <td class="mono">{event.type}</td>
                  <td class="mono wrap">{event.payload}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
