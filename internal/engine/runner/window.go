package runner

// window says how many targets may be at work at one time. It begins with one,
// the canary, and grows by one with each target that came out well, up to
// parallel. Targets at work count as if they failed, so that no more than
// failures ever do; without that limit the first failure is the last beginning.
type window struct {
	parallel int
	failures int // the most that may fail; 0: none is begun after the first

	good, bad, flying int
}

// open says whether one more target may be begun.
func (w window) open() bool {
	switch {
	case w.flying >= min(1+w.good, max(1, w.parallel)):
		return false
	case w.bad > 0 && w.good == 0: // the canary
		return false
	case w.failures == 0:
		return w.bad == 0
	}
	return w.bad+w.flying < w.failures
}

// tolerated says whether what has failed is as much as the limit allows for, so
// that the run may go on with the others.
func (w window) tolerated() bool { return w.bad == 0 || w.good > 0 && w.bad <= w.failures }
