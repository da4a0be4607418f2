package rota

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"prentice"
)

// utcStamp is an instant as iCalendar writes it.
const utcStamp = "20060102T150405Z"

// Part is the shifts of one rota in a calendar. Changed is when something of the rota was changed
// last.
type Part struct {
	Rota    string
	Shifts  []Shift
	Changed time.Time
}

// Calendar writes shifts as iCalendar (RFC 5545): one event each, in instants of UTC and without
// rules of recurrence, so that no program works out its own edges. A shift has the same UID as
// long as it begins at the same time; changed is when something of the rota was changed last, by
// which subscribers know that an event is newer. It informs: subscribers may lag a day.
func Calendar(name string, parts ...Part) string {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(fold(fmt.Sprintf(format, args...)) + "\r\n") }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//prentice//on call//EN")
	line("CALSCALE:GREGORIAN")
	line("METHOD:PUBLISH")
	line("X-WR-CALNAME:%s", escape("On call: "+name))
	line("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
	for _, p := range parts {
		sequence := max(0, p.Changed.Unix()-1_700_000_000)
		for _, s := range p.Shifts {
			print := prentice.Digest([]byte(p.Rota + "\x00" + s.From.UTC().Format(utcStamp)))
			line("BEGIN:VEVENT")
			line("UID:%s@prentice", strings.TrimPrefix(print, "sha256:")[:32])
			line("DTSTAMP:%s", p.Changed.UTC().Format(utcStamp))
			line("LAST-MODIFIED:%s", p.Changed.UTC().Format(utcStamp))
			line("SEQUENCE:%d", sequence)
			line("DTSTART:%s", s.From.UTC().Format(utcStamp))
			line("DTEND:%s", s.Until.UTC().Format(utcStamp))
			line("SUMMARY:%s", escape(s.Person.Name()+" is on call: "+p.Rota))
			if s.Override != "" {
				line("DESCRIPTION:%s", escape("by "+string(s.Override)))
			}
			line("TRANSP:TRANSPARENT")
			line("END:VEVENT")
		}
	}
	line("END:VCALENDAR")
	return b.String()
}

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escape is a text as the value of a property.
func escape(text string) string { return escapes.Replace(text) }

// fold breaks a line into parts of at most 75 bytes, between characters.
func fold(line string) string {
	var b strings.Builder
	width := 75
	for len(line) > width {
		cut := width
		for cut > 1 && !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line, width = line[cut:], 74 // the space counts
	}
	return b.String() + line
}
