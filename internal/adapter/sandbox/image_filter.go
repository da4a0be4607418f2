package sandbox

import (
	"os"
	"path/filepath"

	"prentice/internal/kit/container"
)

// writeFilter is the filter as the engine wants it: Docker in words, Podman in a file.
func (c *Containers) writeFilter() (string, error) {
	text, err := container.Filter()
	if err != nil || c.engine.Name == "Docker" {
		return string(text), err
	}
	file := filepath.Join(c.dir, "filter.json")
	return file, os.WriteFile(file, text, 0o600)
}
