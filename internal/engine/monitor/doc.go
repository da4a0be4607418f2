// Package monitor reads what other monitors are told to look at, and writes it as probes of
// the catalog: Gatus, the blackbox exporter with the scrape configuration that uses it, and the
// backup of Uptime Kuma.
//
// Its words: what can be asked here in the same sense is carried over; everything else that
// the file says is a gap, with its line and the reason. Whatever is neither is a fault of
// this package.
//
// It refuses to guess: a condition that cannot be kept is never left out in silence, and a look
// that would ask less than before is a gap. It never shows a value that may be a secret, neither in what it
// writes nor in a gap: the name under which prentice should keep it stands there instead.
// What a stranger wrote is bounded in size and depth.
package monitor
