package stories

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rs/zerolog"
)

// between puts a bad network between prentice and a machine: a proxy whose
// address is the one in the catalog. At first it does no harm.
func between(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).far[args[0]] != nil, "between NAME, after sshd NAME")
	name := args[0]
	port := ts.Getenv(strings.ToUpper(name) + "_PORT")
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := toxiproxy.NewProxy(server, name, "127.0.0.1:0", "127.0.0.1:"+port)
	ts.Check(p.Start())
	ts.Defer(p.Stop)
	of(ts).nets[name] = p
	file := ts.MkAbs("team/" + name + "/catalog-info.yaml")
	raw, err := os.ReadFile(file)
	ts.Check(err)
	ts.Check(os.WriteFile(file, []byte(strings.Replace(string(raw), "127.0.0.1:"+port, p.Listen, 1)), 0o644))
}

// ail makes the network to a machine ill, as toxiproxy calls it.
func ail(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) >= 2 && of(ts).nets[args[0]] != nil, "ail NAME ILLNESS [ATTRIBUTE=NUMBER]…")
	var attributes []string
	for _, a := range args[2:] {
		name, value, _ := strings.Cut(a, "=")
		attributes = append(attributes, fmt.Sprintf("%q:%s", name, value))
	}
	_, err := of(ts).nets[args[0]].Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(`{"type":%q,"attributes":{%s}}`, args[1], strings.Join(attributes, ","))))
	ts.Check(err)
}

// heal makes it well again.
func heal(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).nets[args[0]] != nil, "heal NAME")
	of(ts).nets[args[0]].Toxics.ResetToxics(context.Background())
}

// freeze stops the processes that serve the connections of a machine, as a machine
// does that hangs: its kernel still answers, and no one else does.
func freeze(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).far[args[0]] != nil, "freeze NAME")
	if signalServing(of(ts).far[args[0]].Process.Pid, syscall.SIGSTOP) == 0 {
		ts.Fatalf("%s has no connections", args[0])
	}
}
