// Package rota says who is on call: at any instant, past or future.
//
// Its words: a rota has layers; a layer is people who take turns, one after the other. A turn
// begins at a time on the wall of the layer's zone and is so long by that clock: a week from Monday
// 09:00 ends on Monday 09:00, also over a change of the clocks. A later layer covers the ones above
// it where it has hours. An override puts another in their place for a while. A shift is how long
// one person is on call without a break; a gap is a time without anyone. A policy says whom to call
// for an incident, and whom next when no one answers.
//
// Its rules: edges that are worked out never go back in time: where the wall clock leaps over one,
// it is at the leap, and where an hour comes twice, it is in the first. Turns pass by the clock, also
// outside of the hours of a layer. Gaps are told of the future alone: the past cannot be filled.
//
// It refuses times that someone typed and that do not exist, or that exist twice, and it reads no
// clock and no database.
package rota
