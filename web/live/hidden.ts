/** A tab that nobody sees for a while gives its streams back: a browser has six connections to a server for all its tabs. */

/** Who looks at another tab for a moment misses nothing. */
const HIDDEN_MS = 30_000;

export function whenHidden({ leave, back }: { readonly leave: () => void; readonly back: () => void }): void {
  let timer: number | undefined;
  let away = false;
  const look = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") {
      timer = window.setTimeout(() => {
        away = true;
        leave();
      }, HIDDEN_MS);
    } else if (away) {
      away = false;
      back();
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
}
