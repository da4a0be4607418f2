package forecast

import "slices"

// rule forecasts the next h values.
type rule func(y []float64, h int) []float64

// candidate is a rule with its name, and what it needs.
type candidate struct {
	name  string
	least int  // values
	ratio bool // values above zero
	rule  rule
}

// candidates are the rules that are chosen from, for the seasons that a history can have.
// The first stays as it is, and the simpler stand before the others.
func candidates(seasons []int) []candidate {
	list := []candidate{
		{name: "it stays as it is", least: 1, rule: naive},
		{name: "it goes on in a line", least: 2, rule: drift},
		{name: "exponential smoothing", least: 4, rule: exponential},
		{name: "theta", least: 4, rule: theta},
		{name: "damped trend", least: 6, rule: damped},
		{name: "autoregression", least: 12, rule: regression([]int{1, 2, 3})},
	}
	lags := []int{1, 2, 3}
	for i, m := range seasons {
		to, two := seasons[:i+1], 2*m+1
		lags = append(lags, m-1, m, m+1)
		list = append(list,
			candidate{name: "the last season again", least: m, rule: again(m)},
			candidate{name: "seasonal smoothing", least: two, ratio: true, rule: without(to, true, exponential)},
			candidate{name: "seasonal smoothing", least: two, rule: without(to, false, exponential)},
			candidate{name: "seasonal theta", least: two, ratio: true, rule: without(to, true, theta)},
			candidate{name: "seasonal damped trend", least: two, ratio: true, rule: without(to, true, damped)},
			candidate{name: "seasonal autoregression", least: two, rule: without(to, false, regression([]int{1, 2, 3}))},
			candidate{name: "autoregression on seasons", least: 3*m + 1, rule: regression(slices.Clone(lags))})
	}
	return list
}
