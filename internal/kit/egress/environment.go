package egress

import (
	"strconv"
	"strings"
)

// openingPort is where the opening stands on the loopback of a program.
const openingPort = 3128

// Port is where programs find the opening on their loopback.
const Port = openingPort

// Environment adds to variables those by which programs find the opening: they say it in two
// ways, and some look at one alone. What is on the loopback of the program needs no proxy.
func Environment(env []string) []string {
	at := "http://127.0.0.1:" + strconv.Itoa(openingPort)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		env = append(env, name+"="+at, strings.ToLower(name)+"="+at)
	}
	const here = "localhost,127.0.0.1,::1"
	return append(env, "NO_PROXY="+here, "no_proxy="+here)
}
