// date-fns: parsing, formatting, arithmetic, intervals, languages.
import * as d from "date-fns";
import { de, fr, ja } from "date-fns/locale";

import { table } from "../../conformance/table.js";

const day = new Date(2024, 1, 29, 13, 5, 9, 7);

export default {
  async fetch() {
    const { row, response } = table();
    await row("formatted", () => d.format(day, "yyyy-MM-dd'T'HH:mm:ss.SSSxxx EEEE do MMMM QQQ w I D".replace(" D", " t")));
    await row("languages", () => [de, fr, ja].map((locale) => d.format(day, "PPPPpp", { locale })));
    await row("protected token", () => d.format(day, "YYYY"));
    await row("ISO", () => [d.formatISO(day), d.formatRFC3339(day), d.formatRFC7231(day), d.formatISO9075(day)]);
    await row("parsed", () => [d.parse("03/04/2023 5 PM", "MM/dd/yyyy h a", day), d.parseISO("2024-W09-4"), d.parse("29. Februar 2024", "d. MMMM yyyy", day, { locale: de })]);
    await row("not parsed", () => [d.isValid(d.parse("x", "yyyy", day)), d.isMatch("2023-02-29", "yyyy-MM-dd")]);
    await row("arithmetic", () => [d.addMonths(day, 12), d.subBusinessDays(day, 10), d.add(day, { years: 1, weeks: 2, hours: 36 })]);
    await row("differences", () => [d.differenceInDays(day, new Date(2000, 0, 1)), d.differenceInBusinessDays(day, new Date(2024, 0, 1)), d.intervalToDuration({ start: new Date(2020, 1, 29), end: day })]);
    await row("distances", () => [d.formatDistanceStrict(0, 90_000_000), d.formatDistance(0, 3_000_000_000, { locale: fr }), d.formatDuration({ months: 9, days: 2 }), d.formatRelative(d.subDays(day, 3), day)]);
    await row("intervals", () => [d.eachWeekendOfMonth(day).length, d.eachWeekOfInterval({ start: day, end: d.addDays(day, 20) }, { weekStartsOn: 1 }), d.areIntervalsOverlapping({ start: 0, end: 5 }, { start: 4, end: 9 })]);
    await row("bounds", () => [d.startOfISOWeek(day), d.endOfQuarter(day), d.lastDayOfDecade(day), d.isLeapYear(day), d.getISOWeek(day)]);
    await row("Intl", () => d.intlFormat(day, { year: "numeric", month: "long", day: "numeric" }, { locale: "de-DE" }));
    return response();
  },
};
