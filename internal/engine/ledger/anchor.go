package ledger

// The anchor is the last checkpoint, kept beside the keys and not in the
// database: anyone who can only write to the database can remove checkpoints
// together with the lines that they speak of, but not this one.
const anchorFile = "ledger.head"

// readAnchor is the last checkpoint that was signed here, or the zero one.
func readAnchor(folder string) (Checkpoint, error) {
	return readBeside(folder, anchorFile, "the ledger's last checkpoint",
		"look at the ledger with: prentice evidence check — and when it is sound, move the file away; the next checkpoint writes it anew", func(c Checkpoint) bool { return c.Seq > 0 })
}

func writeAnchor(folder string, c Checkpoint) error {
	if there, err := readAnchor(folder); err == nil && there.Seq > c.Seq {
		return nil // another process signed a later line meanwhile
	}
	return writeBeside(folder, anchorFile, c)
}
