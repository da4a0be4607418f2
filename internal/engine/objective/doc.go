// Package objective says how good a service shall be, and exactly how much it may still fail.
//
// Its words: an objective is a target, such as 99.9 %, over a period of a service and an indicator.
// The indicator says which looks of which probe are good ones. What is not allowed to be good is the
// budget: of a thousand looks that are due in the period, one may be bad. Burn is how many times as
// fast as the period allows a budget is spent: at 1 it lasts exactly as long as the period. A rule is
// an alert on burn over two windows, a long one that says that it matters, and a short one that says
// that it still goes on.
//
// Its rules: counts are whole numbers and a budget is a fraction of them, never a mean of ratios. What
// no one saw is a third part beside good and bad; it spends nothing, is never called good, and no look
// at all is unknown. A rule fires only after a whole long window, only where chance would not have
// done the same in 99 of 100 cases (Poisson), and ends on its long window. The same arithmetic judges
// now and replays what was.
//
// It reads OpenSLO v1, and refuses what it cannot mean here, with the line. It knows no clock and no
// database: times are arguments, and who has the counts hands them over.
package objective
