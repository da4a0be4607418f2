package pipeline

import "prentice/internal/engine/check"

// Said is what the reports of a run say.
type Said struct {
	Says     string          // in a few words; "" is nothing
	Findings []check.Finding // cases that failed, or that are flaky; reports that cannot be read
	Coverage *check.Coverage // of the code, where it was measured

	// Whole says that the findings name every failure that the reports tell of, and that
	// there is one: then they say why the last step failed.
	Whole bool
	// Nothing says that the reports of cases tell of no case that passed or failed.
	Nothing bool
}
