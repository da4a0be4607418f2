package team

import (
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// Missing says that a file has nothing of a name: with the one that was probably meant, all
// that there are, or where to write the first. The name may be what anyone typed.
func Missing(what, name, file string, known []string) error {
	err := prentice.Errorf(prentice.NotFound, "there is no %s %q", what, clip.Text(name))
	switch near := nearest.Of(name, known); {
	case near != "":
		return err.Try("did you mean %s?", near)
	case len(known) == 0:
		return err.Try("write the first into %s in the team folder", file)
	}
	return err.Try("there are %s", strings.Join(known, ", "))
}
