package gate

// Window says how many targets may be at work at one time. It begins with one,
// the canary, and grows by one with each target that came out well, up to
// parallel. Targets at work count as if they failed, so that no more than
// failures ever do; without that limit the first failure is the last beginning.
type Window struct {
	Parallel int
	Failures int // the most that may fail; 0: none is begun after the first

	Good, Bad, Flying int
}

// Open says whether one more target may be begun.
func (w Window) Open() bool {
	switch {
	case w.Flying >= min(1+w.Good, max(1, w.Parallel)):
		return false
	case w.Bad > 0 && w.Good == 0: // the canary
		return false
	case w.Failures == 0:
		return w.Bad == 0
	}
	return w.Bad+w.Flying < w.Failures
}

// Tolerated says whether what has failed is as much as the limit allows for, so
// that the run may go on with the others.
func (w Window) Tolerated() bool { return w.Bad == 0 || w.Good > 0 && w.Bad <= w.Failures }
