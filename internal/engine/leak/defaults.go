package leak

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/BurntSushi/toml"

	"prentice"
)

// The rules of gitleaks 8.30.1, as data, with their licence.
//
//go:embed rules/gitleaks.toml
var builtIn string

// Rules says which rules are built in: a name with a version, and the digest of the file.
func Rules() string { return "gitleaks 8.30.1 " + digest() }

var digest = sync.OnceValue(func() string { return prentice.Digest([]byte(builtIn)) })

// defaults reads the rules that are built in. They are the program's own, so that what is
// wrong with them is a fault which a test finds.
func defaults() (*config, error) {
	var f fileOf
	if _, err := toml.Decode(builtIn, &f); err != nil {
		return nil, fmt.Errorf("the built-in rules cannot be read: %w", err)
	}
	return f.config("")
}
