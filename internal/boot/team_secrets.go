package boot

import (
	"os"
	"path/filepath"

	"prentice"
	"prentice/internal/adapter/secret"
)

// SecretsFile says where the team's secrets come from; it holds none.
const SecretsFile = "secrets.yaml"

func (t *Team) readSecrets() (secret.Declarations, error) {
	raw, err := os.ReadFile(filepath.Join(t.dir, SecretsFile))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%s: %w", SecretsFile, err)
	}
	d, findings := secret.Load(SecretsFile, raw)
	return d, firstError(findings)
}

// Secrets is what the team's secrets.yaml in force says.
func (t *Team) Secrets() secret.Declarations { return t.now.Load().secrets }
