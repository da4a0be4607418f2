// Command prentice-helper begins steps on a host and lets them go on when the
// connection is gone. Prentice puts it on the hosts that it changes something on,
// and a shell there begins it; it is of no use to people. Its arguments are its name, for those who
// list processes, the number of that shell, and "pipefail" where that is /bin/sh and knows the
// option, or "plain" where it does not.
package main

import (
	"os"
	"strconv"
	"syscall"

	"prentice/internal/kit/keeper"
)

func main() {
	if len(os.Args) < 3 {
		os.Stderr.WriteString("prentice-helper is begun by prentice, and answers to no one else\n") //nolint:errcheck // the code says it too
		os.Exit(2)
	}
	syscall.Close(3)                     //nolint:errcheck // the shell had this program's file there
	shell, _ := strconv.Atoi(os.Args[2]) // a shell that is not told adds nothing to our age
	pipes := map[string]bool{}
	if len(os.Args) > 3 {
		pipes["/bin/sh"] = os.Args[3] == "pipefail"
	}
	keeper.Main(shell, pipes)
}
