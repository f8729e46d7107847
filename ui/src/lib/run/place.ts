/** Where somebody reads in a long list: its rows know their numbers, and the list is in a page that scrolls. */

export interface Place {
  seq: number;
  /** Of its upper edge, from that of the window. */
  y: number;
}

/** @returns the first row that is seen; undefined while the list begins in sight: then what comes in front is read first */
export function placeIn(list: HTMLElement): Place | undefined {
  if (list.getBoundingClientRect().top >= 0) return undefined;
  for (const row of list.querySelectorAll<HTMLElement>("[data-seq]")) {
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > 0) return { seq: Number(row.dataset.seq), y: top };
  }
  return undefined;
}

/** @returns where the row of that number is among rows in order; undefined when it is not there */
export function indexOf(rows: readonly { seq: number }[], seq: number): number | undefined {
  let [from, to] = [0, rows.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rows[middle]!.seq < seq) from = middle + 1;
    else to = middle;
  }
  return rows[from]?.seq === seq ? from : undefined;
}
