// Package experiment finds out by counting which of two variants is better.
//
// Its words: an experiment has a flag that assigns users one of two variants by chance, the
// control and the treatment, in a designed ratio; a unit is a user, of whom nothing is kept
// but a digest; an exposure is that a unit was given a variant, an outcome that it did what
// is hoped for. Before it begins, the rule is chosen by which it ends: fixed, which looks
// once when the planned number of units is there, or sequential, which may look at any time
// and is right all the same. A look is what was counted at a moment, and what the rule
// says of it. A skew is that the variants were given in another ratio than was designed:
// then nothing that was counted can be believed.
//
// The fixed rule is the two-sided test of two proportions with pooled variance, and its
// size that of Fleiss, Statistical Methods for Rates and Proportions. The sequential rule
// is the mixture sequential probability ratio test with a normal mixture: Johari, Koomen,
// Pekelis, Walsh, Always Valid Inference, Operations Research 70 (2022), arXiv:1512.04922;
// that a variance which is estimated does is from Waudby-Smith, Arbour, Sinha, Kennedy,
// Ramdas, Time-uniform central limit theory and asymptotic confidence sequences, Annals of
// Statistics 52 (2024), arXiv:2103.06476. The skew is looked for by the sequential
// multinomial test of Lindon and Malek, Anytime-Valid Inference for Multinomial Count
// Data, NeurIPS 2022, arXiv:2011.03567.
//
// It refuses to change a rule once it began, to say anything of the effect before the rule
// allows it, and to call a skewed experiment won.
package experiment

import (
	"embed"
	"io/fs"

	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of experiments; their owner is "experiment".
func Schema() fs.FS { return db.Under(files, "schema") }
