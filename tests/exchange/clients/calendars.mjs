// Reads calendars as ical.js does, and tells their events.
import ICAL from "ical.js";
import { readFileSync } from "node:fs";

const calendars = JSON.parse(readFileSync(0, "utf8"));
const read = calendars.map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return {
    version: calendar.getFirstPropertyValue("version"),
    method: calendar.getFirstPropertyValue("method"),
    events: calendar.getAllSubcomponents("vevent").map((component) => {
      const event = new ICAL.Event(component, { strictExceptions: true });
      return {
        uid: event.uid,
        sequence: event.sequence,
        status: component.getFirstPropertyValue("status"),
        day: event.startDate.toString(),
        wholeDay: event.startDate.isDate,
        days: event.duration.toSeconds() / 86400,
        stamp: component.getFirstPropertyValue("dtstamp").toString(),
      };
    }),
  };
});
console.log(JSON.stringify(read));
