/** How numbers, times and names are written for people. */

/** `prepare_portrait` -> `Prepare portrait`; an instance `speech.2` -> `Speech 3`. */
export function human(name: string): string {
  const words = name
    .split(".")
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part))
    .join(" ")
    .replaceAll(/[_-]+/g, " ")
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** 0.4 s, 12 s, 1 min 20 s, 2 h 05 min. */
export function duration(ms: number): string {
  const s = Math.max(0, ms) / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  const whole = Math.round(s);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${two(whole % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

const AGES: readonly [seconds: number, unit: string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

export function ago(ms: number): string {
  const s = ms / 1000;
  const row = AGES.find(([seconds]) => s >= seconds);
  return row === undefined ? "just now" : `${Math.floor(s / row[0])} ${row[1]} ago`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  return size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

const TIME = { hour: "2-digit", minute: "2-digit" } as const;

/** As the watch of whoever looks shows it: 14:05; with its day where that is not today: Dec 1, 14:05. */
export function moment(at: string, now: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return date.toLocaleString([], isToday ? TIME : { ...TIME, month: "short", day: "numeric" });
}

/** 14:05:09 there. */
export function secondOf(at: string): string {
  return SECONDS.format(new Date(at));
}
const SECONDS = new Intl.DateTimeFormat([], { ...TIME, second: "2-digit" });

/** Dec 1, 2026. */
export function day(at: string): string {
  return new Date(at).toLocaleDateString([], { dateStyle: "medium" });
}
