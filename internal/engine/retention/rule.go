package retention

import (
	"fmt"
	"time"
)

// The bounds of a clock that is believed: so much may pass between two passes, and
// so far may it be set back. A machine that was off for longer is asked about once.
const (
	mostAhead = 7 * 24 * time.Hour
	mostBack  = time.Hour
)

// leapt says how a clock has moved that is not believed, or "".
func leapt(seen, now time.Time) string {
	switch by := now.Sub(seen); {
	case by > mostAhead:
		return fmt.Sprintf("the clock is %s ahead of the last time that it was believed, %s", inWords(by), seen.UTC().Format("2006-01-02 15:04 UTC"))
	case -by > mostBack:
		return fmt.Sprintf("the clock is %s behind the last time that it was believed, %s", inWords(-by), seen.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return ""
}

func inWords(d time.Duration) string {
	if days := int(d.Hours() / 24); days >= 2 {
		return fmt.Sprintf("%d days", days)
	}
	return d.Round(time.Minute).String()
}

// The pace of a pass: how long a batch should take at most, how many things it has,
// and how much longer than the batch the pause behind it is.
const (
	wanted     = 20 * time.Millisecond
	leastBatch = 5
	mostBatch  = 500
	rest       = 4
	mostRest   = 2 * time.Second
)

// next is how many things the next batch has, when one of so many took so long.
func next(most int, took time.Duration) int {
	switch {
	case took > 2*wanted:
		most /= 4
	case took > wanted:
		most /= 2
	case took < wanted/2:
		most += most/2 + 1
	}
	return max(leastBatch, min(most, mostBatch))
}
