package boot

import "syscall"

// clockSet says whether something keeps this machine's clock right, where that is
// known.
func clockSet() (set, known bool) {
	const unsynchronised = 5 // TIME_ERROR of adjtimex(2)
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	return state != unsynchronised, err == nil
}
