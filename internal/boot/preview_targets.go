package boot

import "prentice/internal/engine/preview"

// targets are the environments there are; nil is that none can be made here.
func (s *System) targets() preview.Targets { return nil }
