//go:build !unix

package term

import "os"

func hearResizes(chan<- os.Signal) {}
