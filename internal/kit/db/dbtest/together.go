package dbtest

import "sync"

// AtOnce is how many do something at the same moment where a test has no reason for
// another number.
const AtOnce = 50

// Together calls do for each of n at the same moment, and returns their errors.
func Together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	gate := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-gate
			errs[i] = do(i)
		})
	}
	close(gate)
	all.Wait()
	return errs
}
