//go:build !linux

package container

import "context"

// SeesProcesses says that nothing is known of that here.
func (e *Engine) SeesProcesses(context.Context) bool { return false }
