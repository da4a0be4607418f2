package boot

import "prentice/internal/adapter/secret"

// Secrets is what the team's secrets.yaml in force says.
func (t *Team) Secrets() secret.Declarations { return t.now.Load().secrets() }
