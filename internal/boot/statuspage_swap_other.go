//go:build !linux

package boot

import (
	"errors"
	"os"
)

// swap puts each of two folders in the place of the other. For a moment there is none at b.
func swap(a, b string) error {
	old := a + ".old"
	return errors.Join(os.Rename(b, old), os.Rename(a, b), os.Rename(old, a))
}
