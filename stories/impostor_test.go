package stories

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// impostor listens where the server was, answers as if all were well, and writes
// what it hears to a file.
func impostor(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).server == nil, "impostor FILE, while the server does not run")
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	l, err := net.Listen("tcp", strings.TrimPrefix(ts.Getenv("URL"), "http://"))
	ts.Check(err)
	var mu sync.Mutex
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head, _ := httputil.DumpRequest(r, true) //nolint:errcheck // what came is what is judged
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(file, "%s\n", head)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, `{"status":"ok","proof":"0000"}`)
	})}
	go s.Serve(l) //nolint:errcheck // it ends with the story
	ts.Defer(func() { s.Close(); file.Close() })
}

// still stops the server in its tracks, or lets it go on.
func still(sig syscall.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		usage(ts, len(args) == 0 && of(ts).server != nil, "freeze-server, thaw-server: while it runs")
		ts.Check(of(ts).server.Process.Signal(sig))
	}
}
