package log

import (
	"bytes"
	"context"

	"prentice"
)

// AnotherAttempt begins the line between what two attempts at a step have printed. What comes again
// after it is of the attempt that follows; a step that prints it by itself may find some of its
// lines twice.
const AnotherAttempt = "prentice: attempt "

// Replay implements prentice.Replayer: as many bytes as are kept of the step are
// passed over, because they come again. A record is kept byte for byte and the
// masks fall as they fell before, so that nothing is doubled and nothing missing.
func (m *masked) Replay() {
	kept, err := m.lines.file.kept(m.lines.step, m.lines.target)
	if err != nil {
		m.lines.file.logs.Log.Error("read what a run's log has kept", "run", m.lines.file.run, "step", m.lines.step, "err", err)
	}
	m.lines.skip = kept
}

// Passed implements prentice.Replayer. A mask is longer or shorter than what it
// hides, so that with secrets no one knows which bytes of the log those were.
func (m *masked) Passed(bytes int64) bool {
	m.lines.skip = max(0, m.lines.skip-bytes)
	if m.secrets {
		m.lines.skip = 0
	}
	return !m.secrets
}

var _ prentice.Replayer = (*masked)(nil)

// kept is how many bytes are kept of what the last attempt at a step printed on a target, anyone who
// kept them.
func (f *file) kept(step string, target prentice.Ref) (kept int64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), storePatience)
	defer cancel()
	v, err := f.logs.view(ctx, f.run)
	defer v.close()
	if err != nil {
		return 0, err
	}
	for offset := int64(0); offset < v.bytes; {
		b, err := v.block(ctx, offset)
		if err != nil {
			return kept, err
		}
		for raw := range bytes.Lines(b.raw[offset-b.at:]) {
			line, text, ok := parse(bytes.TrimSuffix(raw, []byte{'\n'}))
			if !ok || line.Step != step || line.Target != target {
				continue
			}
			if bytes.HasPrefix(text[1:], []byte(AnotherAttempt)) {
				kept = 0
				continue
			}
			kept += int64(len(text) - 1)
			if text[0] == whole {
				kept++
			}
		}
		offset = b.at + int64(len(b.raw))
	}
	return kept, nil
}
