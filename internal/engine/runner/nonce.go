package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// nonce is a word that no other run has: numbers come again, in other installations
// and after a restore. It is the same however often a run is taken up.
func (r *Runner) nonce(d *detail) string {
	h := sha256.New()
	for _, part := range []string{r.Install, d.Plan, strconv.FormatInt(d.Number, 10), strconv.FormatInt(d.Created.UnixMicro(), 10)} {
		h.Write([]byte(part + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
